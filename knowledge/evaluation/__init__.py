"""How well the search answers questions whose answers somebody has graded."""
