"""Ranking, refusal and the judge, measured and fitted."""
