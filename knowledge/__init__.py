"""Documents to passages to an index to hits: the library and its command line."""
