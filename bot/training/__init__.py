"""What the assistant is trained on: what is general, and a profile's own intents."""
