"""The understanding of messages, measured."""
