"""The REST channel: programs of the owner's ask here."""
