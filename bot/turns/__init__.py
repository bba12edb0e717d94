"""The message being answered: its text, its pieces, and what an emergency may overtake."""
