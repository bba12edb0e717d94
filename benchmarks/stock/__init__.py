"""The assistant beside the bot that `rasa init` makes: speed, memory, code."""
