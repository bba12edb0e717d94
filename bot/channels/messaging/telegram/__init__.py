"""Telegram: its webhook and its rendering."""
