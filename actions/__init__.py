"""The action server: question, thread, search, judge, reply (docs/dialogue.md)."""
