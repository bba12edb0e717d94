"""The action server: resolve the query, search, compose, reply."""
