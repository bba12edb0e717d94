"""How much of a document's structure its readers find."""
