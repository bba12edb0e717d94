"""Facebook Messenger: its webhook and its rendering."""
