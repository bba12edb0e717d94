"""What counts as a red flag, and how a message is read for one (docs/safety.md)."""
