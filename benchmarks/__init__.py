"""What this assistant costs beside the bot that `rasa init` makes: `python -m benchmarks`."""
