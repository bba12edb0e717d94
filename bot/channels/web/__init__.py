"""The web channel: the widget's API, the page without script, sessions and tokens."""
