"""The message in its conversation: the state, the dialogue act, the offer that it selects."""
