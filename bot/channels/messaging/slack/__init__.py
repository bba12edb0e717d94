"""Slack: its webhook and its rendering."""
