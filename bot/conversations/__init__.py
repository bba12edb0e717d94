"""Conversations as Rasa keeps them: tracker store, event log, locks, event broker, responses."""
