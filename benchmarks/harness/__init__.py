"""Servers that are started and measured, and the users that talk to them."""
