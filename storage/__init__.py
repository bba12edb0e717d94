"""Databases, as every part of the assistant opens, checks and cleans them."""
