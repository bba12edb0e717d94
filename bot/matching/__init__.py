"""The words of a message, phrases in them and their weights, for red flags and advice."""
