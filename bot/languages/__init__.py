"""The language that a message is written in, where that is not English."""
