"""The words of the field, and the spaCy pipeline made from them."""
