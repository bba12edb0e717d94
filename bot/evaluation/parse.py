"""The messages that the trained model understands, line by line, for benchmarks.

`python -m bot.evaluation.parse < messages > understood`: one message a line as a JSON string in,
one line of JSON out: text, intent, intent_ranking, entities.
"""

import asyncio
import json
import sys
from typing import Any

MODEL = "models/bonafide.tar.gz"
# What Rasa gives out for a message: text, intent, intent_ranking, entities and others.
Understood = dict[str, Any]


def parse(messages: list[str], model: str = MODEL) -> list[Understood]:
    """Return what the model understands of each message, in order."""
    from rasa.core.agent import Agent

    agent = Agent.load(model)

    async def run() -> list[Understood]:
        return [await agent.parse_message(message) for message in messages]

    return asyncio.run(run())


def main() -> None:
    """Read messages from standard input, write what is understood to standard output."""
    from bot.__main__ import prepare_environment

    prepare_environment()
    messages = [json.loads(line) for line in sys.stdin if line.strip()]
    for understood in parse(messages):
        kept = {
            key: understood.get(key) for key in ("text", "intent", "intent_ranking", "entities")
        }
        print(json.dumps(kept))


if __name__ == "__main__":
    main()
