"""NLU components of this assistant, one a file."""
