"""The Rasa server: understanding, rules, channels and the tracker store."""
