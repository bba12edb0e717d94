"""Starting the action server."""

from types import SimpleNamespace

import pytest

from actions import resources
from actions.__main__ import warm_up
from actions.check import read_address


def test_read_address_listens_on_this_machine_only_by_default() -> None:
    assert read_address({}) == ("127.0.0.1", 5055)


def test_read_address_takes_the_settings() -> None:
    environ = {"BONAFIDE_ACTIONS_HOST": "0.0.0.0", "BONAFIDE_ACTIONS_PORT": "6000"}

    assert read_address(environ) == ("0.0.0.0", 6000)


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "5055.0"])
def test_read_address_names_a_bad_port(port: str) -> None:
    with pytest.raises(ValueError, match="BONAFIDE_ACTIONS_PORT"):
        read_address({"BONAFIDE_ACTIONS_PORT": port})


@pytest.mark.parametrize("n", [0, 2])
def test_warm_up_logs_how_much_the_index_had_to_leave_out(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, n: int
) -> None:
    manifest = SimpleNamespace(n_documents=5, n_passages=9)
    record = SimpleNamespace(left_out=(("documents/a.pdf", "it is encrypted."),) * n)
    index = SimpleNamespace(manifest=manifest, record=record)
    retriever = SimpleNamespace(index=index, search=lambda query: [])
    monkeypatch.setattr(resources, "get_retriever", lambda: retriever)

    warm_up()

    assert ("left_out=2" in caplog.text) is (n == 2)
    assert "encrypted" not in caplog.text


def test_warm_up_without_a_library_logs_and_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    resources.get_settings.cache_clear()
    resources.get_live_retriever.cache_clear()
    monkeypatch.setenv("KNOWLEDGE_INDEX", "/nowhere/knowledge.db")

    warm_up()

    assert "No index at /nowhere/knowledge.db" in caplog.text
    resources.get_settings.cache_clear()
