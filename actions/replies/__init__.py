"""Replies: how they are composed, worded and recorded."""
