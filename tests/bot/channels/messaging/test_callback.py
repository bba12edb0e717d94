"""Rasa's own callback channel, as docs/channels.md describes it."""

import asyncio
import json
import re
from pathlib import Path

import pytest
from rasa.core.channels.callback import CallbackInput
from rasa.shared.utils.io import read_config_file

from contract.channels import reads_turns

DOCUMENT = Path(__file__).parents[4] / "docs" / "channels.md"
# What the action server and the responses of domain.yml make on a channel without the contract.
ANSWER = {
    "text": "No, it is not.\nSource: The link, https://x.example\nThis is general information.",
    "buttons": [{"title": "A?", "payload": "A?"}],
}


@pytest.fixture
def callback(api, tmp_path, monkeypatch):
    """The channel of the credentials in the document, with the stand-in's address."""
    (block,) = re.findall(r"```yaml\n(callback:\n.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    monkeypatch.setenv("CALLBACK_TOKEN", "from-the-environment")
    path = tmp_path / "credentials.yml"
    path.write_text(re.sub(r"url: .*", f"url: {api.url}/answers", block))
    return CallbackInput.from_credentials(read_config_file(path)["callback"])


def test_a_turn_is_posted_as_one_message_in_plain_words(api, callback):
    asyncio.run(callback.get_output_channel().send_response("me", dict(ANSWER)))

    ((method, path, headers, body),) = api.calls
    assert (method, path) == ("POST", "/answers")
    assert headers["Authorization"] == "Bearer from-the-environment"
    assert headers["Content-Type"] == "application/json"
    assert json.loads(body) == {"recipient_id": "me", **ANSWER}


def test_a_receiver_that_fails_is_not_asked_again(api, callback):
    api.replies = [(500, {}, {}, 0)]
    asyncio.run(callback.get_output_channel().send_response("me", dict(ANSWER)))

    assert len(api.calls) == 1


def test_it_gets_no_payload():
    assert not reads_turns(CallbackInput.name(), None)
