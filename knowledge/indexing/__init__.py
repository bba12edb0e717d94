"""From a folder of documents to an index: files read, cut into passages, embedded, stored."""
