"""The patterns and classifier of requests for advice on one person's health (docs/safety.md)."""
