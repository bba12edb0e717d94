"""Mattermost: its webhook and its rendering."""
