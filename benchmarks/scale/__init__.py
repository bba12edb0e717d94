"""The library as it grows, beside others."""
