"""Ways into the Rasa server that it does not come with."""
