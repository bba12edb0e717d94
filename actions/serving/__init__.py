"""The web application around the actions: who may call it, health, worker threads."""
