"""Values out of nested JSON that may have any form: each of these returns nothing for another."""

from typing import Any, Dict, List, Optional

# Ids of platforms are numbers of at most 64 bits. Longer ones would be a cost to spell.
_HIGHEST = 2**63


def find(data: Any, *path: str) -> Any:
    """Return what stands under the names of `path`, one in the other."""
    for name in path:
        data = data.get(name) if isinstance(data, dict) else None
    return data


def find_text(data: Any, *path: str) -> Optional[str]:
    """Return the text there."""
    value = find(data, *path)
    return value if isinstance(value, str) else None


def find_number(data: Any, *path: str) -> Optional[int]:
    """Return the whole number there."""
    value = find(data, *path)
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return value if is_number and -_HIGHEST <= value < _HIGHEST else None


def find_object(data: Any, *path: str) -> Optional[Dict[str, Any]]:
    """Return the object there."""
    value = find(data, *path)
    return value if isinstance(value, dict) else None


def find_list(data: Any, *path: str) -> List[Any]:
    """Return the list there; an empty one for anything else."""
    value = find(data, *path)
    return value if isinstance(value, list) else []
