"""Questions people ask, one after the other: answers, follow-ups, threads."""
