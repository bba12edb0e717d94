"""The rules and classifiers of red flags, messages that need help now (docs/safety.md)."""
