"""One module for each format: bytes of a file to its sections and metadata."""
