"""JSON objects, and values out of JSON of any form: each function returns None for another form."""

# An object as the platforms' APIs take and send it.
Json = dict[str, object]

# Ids of platforms are numbers of at most 64 bits. Longer ones would be a cost to spell.
_HIGHEST = 2**63


def find_value(data: object, *path: str) -> object:
    """Return what stands under the names of `path`, one in the other."""
    for name in path:
        data = data.get(name) if isinstance(data, dict) else None
    return data


def find_text(data: object, *path: str) -> str | None:
    """Return the text there."""
    value = find_value(data, *path)
    return value if isinstance(value, str) else None


def find_number(data: object, *path: str) -> int | None:
    """Return the whole number there."""
    value = find_value(data, *path)
    if isinstance(value, int) and not isinstance(value, bool) and -_HIGHEST <= value < _HIGHEST:
        return value
    return None


def find_object(data: object, *path: str) -> Json | None:
    """Return the object there."""
    value = find_value(data, *path)
    return value if isinstance(value, dict) else None


def find_list(data: object, *path: str) -> list[object]:
    """Return the list there; an empty one for anything else."""
    value = find_value(data, *path)
    return value if isinstance(value, list) else []
