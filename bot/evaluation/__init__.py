"""The parts of the benchmarks that need Rasa's environment."""
