"""Stand-ins that tests of several folders use."""

from types import SimpleNamespace
from typing import Any

from multidict import CIMultiDict


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, time: float = 1_700_000_000.0) -> None:
        self.time = time

    def __call__(self) -> float:
        return self.time


class MultiHeaders(CIMultiDict):
    """Headers as Sanic has them."""

    def getall(self, key: str, default: Any = ()) -> Any:
        return super().getall(key, default)


def make_request(ip: str = "192.0.2.1", **headers: str) -> Any:
    """Return a GET request with headers, whose names have "_" for "-"."""
    named = CIMultiDict({name.replace("_", "-"): value for name, value in headers.items()})
    return SimpleNamespace(ip=ip, headers=MultiHeaders(named), ctx=SimpleNamespace(), method="GET")
