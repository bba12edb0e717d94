"""From a query to hits: signals, ranking, the judge, the thread of a conversation."""
