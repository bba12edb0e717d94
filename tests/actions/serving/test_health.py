"""/live and /ready of the action server."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sanic import Sanic

from actions import resources
from actions.serving import health
from knowledge import IndexNotFound


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Any, str], Any]]:
    """A function that asks an application for a path; returns status and body."""
    monkeypatch.setattr(Sanic, "test_mode", True)
    loop = asyncio.new_event_loop()

    def get(app: Any, path: str) -> Any:
        handler = {f"/{r.path}": r.handler for r in app.router.routes}[path]
        reply = loop.run_until_complete(handler(None))
        return reply.status, reply.body.decode()

    yield get
    loop.close()


def make() -> Any:
    Sanic._app_registry.clear()
    app: Any = Sanic("health")
    health.add_routes(app)
    return app


def test_a_server_with_an_index_is_ready(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "has_retriever", lambda: True)
    app = make()

    assert ask(app, "/live") == (200, '{"live":true}')
    assert ask(app, "/ready") == (200, '{"ready":true}')


def test_a_server_without_one_is_not_and_looks_for_it_seldom(
    ask: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    tries = []

    def fail() -> Any:
        tries.append(1)
        raise IndexNotFound(tmp_path)

    monkeypatch.setattr(resources, "has_retriever", lambda: False)
    monkeypatch.setattr(resources, "get_retriever", fail)
    app = make()

    for _ in range(20):
        assert ask(app, "/ready") == (503, '{"ready":false,"not_ready":["library"]}')
    assert len(tries) == 1
    assert ask(app, "/live")[0] == 200


def test_a_stopping_server_is_not_ready(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "has_retriever", lambda: True)
    app = make()
    app.ctx.is_stopping = True

    assert ask(app, "/ready") == (503, '{"ready":false,"not_ready":["stopping"]}')
