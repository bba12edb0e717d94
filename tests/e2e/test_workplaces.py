"""What test_platforms.py leaves out of Slack and Mattermost: channels, threads, commands."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from tests.e2e.conftest import Assistant, start_assistant
from tests.e2e.stand_in_mattermost import BOT, Mattermost, buttons
from tests.e2e.stand_in_slack import Slack
from tests.e2e.stand_ins import Called, Delivery, Planned

pytestmark = pytest.mark.e2e

QUESTION = "Is osteoporosis an autoimmune disease?"
ANSWER = "not an autoimmune disease"


@pytest.fixture(scope="module")
def slack() -> Iterator[Slack]:
    driver = Slack()
    yield driver
    driver.stand_in.stop()


@pytest.fixture(scope="module")
def mattermost() -> Iterator[Mattermost]:
    driver = Mattermost()
    yield driver
    driver.stand_in.stop()


@pytest.fixture(scope="module")
def server(
    slack: Slack, mattermost: Mattermost, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Assistant]:
    environ = {"BONAFIDE_PUBLIC_URL": "https://bot.example", "NO_PROXY": "127.0.0.1"}
    settings = {**environ, **slack.environ, **mattermost.environ}
    with start_assistant(tmp_path_factory.mktemp("workplaces"), settings) as assistant:
        yield assistant


def test_slack_verifies_the_address_of_the_webhook(slack, server):
    challenge = slack.sign(b'{"type": "url_verification", "challenge": "3eZbrw1a"}')

    assert challenge.post(server.port) == (200, '{"challenge": "3eZbrw1a"}')


def test_a_mention_on_slack_is_answered_in_its_thread_and_goes_on_there(slack, server):
    def mention(person: str, text: str, **fields: str) -> Called:
        event = slack.message("C900", user=person, text=f"<@U0BOT> {text}", **fields)
        event |= {"type": "app_mention", "channel_type": "channel"}
        n_answers = len(slack.stand_in.calls(slack.is_answer("C900"))) + 1
        assert slack.wrap(event).post(server.port)[0] == 200
        answers = slack.stand_in.wait(slack.is_answer("C900"), n_answers)
        assert answers[-1].body["thread_ts"] == fields.get("thread_ts", event["ts"])
        return answers[-1]

    first = mention("U1", QUESTION)
    more = mention("U1", "tell me more", thread_ts=first.body["thread_ts"])
    other = mention("U2", "tell me more", thread_ts=first.body["thread_ts"])

    assert ANSWER in slack.shown(first)
    assert "Source: " in slack.shown(more)
    assert "Source: " not in slack.shown(other)


def test_a_command_on_mattermost_is_answered_in_direct_messages(mattermost, server):
    chat = mattermost.new_chat()
    direct = f"d{chat[1:]}"

    def answers(called: Called) -> bool:
        return called.path == "/api/v4/posts" and called.body["channel_id"] == direct

    def command(text: str, **fields: str) -> str:
        form = urlencode(mattermost.commanded(chat, text=text, **fields)).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        delivery = Delivery("/webhooks/mattermost/webhook", form, headers)
        status, said = delivery.post(server.port)
        assert status == 200
        return said

    assert "direct messages" in command(QUESTION)
    (answer,) = mattermost.stand_in.wait(answers, 1)
    assert command("tell me more", channel_name=f"{BOT}__{mattermost.person(chat)}") == ""
    more = mattermost.stand_in.wait(answers, 2)[1]
    thumb = next(each for each in buttons(answer) if each["id"] == "feedbackup")
    tap = mattermost.tapped(direct, "", context=thumb["integration"]["context"])
    assert mattermost.action(tap).post(server.port) == (200, "{}")
    thanks = mattermost.stand_in.wait(answers, 3)[2]
    stranger = {**tap, "user_id": "u" * 26, "trigger_id": mattermost.trigger(chat)}
    assert mattermost.action(stranger).post(server.port) == (403, "")

    assert ANSWER in mattermost.shown(answer)
    assert answer.body["root_id"] == ""
    assert "Source: " in mattermost.shown(more)
    assert mattermost.shown(thanks).startswith("Thank you")


def test_an_answer_within_a_thread_on_mattermost_stays_in_it(mattermost, server):
    chat = mattermost.new_chat()
    post, root = "p9" * 13, "r9" * 13

    def asks(called: Called) -> bool:
        return called.path == f"/api/v4/posts/{post}"

    mattermost.stand_in.plan(asks, Planned(body={"id": post, "root_id": root}))
    posted = mattermost.posted(chat, text=f"#ask {QUESTION}", post_id=post)
    assert mattermost.webhook(posted).post(server.port) == (200, "")
    (answer,) = mattermost.stand_in.wait(mattermost.is_answer(chat), 1)

    assert answer.body["root_id"] == root
