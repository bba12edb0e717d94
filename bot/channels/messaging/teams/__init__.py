"""Microsoft Teams: its webhook, its tokens and its rendering."""
