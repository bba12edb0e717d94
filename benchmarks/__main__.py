"""The command line of the benchmarks: `python -m benchmarks COMMAND …`."""

import runpy
import sys

# Command -> its module, and what it does.
COMMANDS = {
    "stock": ("stock.command", "speed and memory beside the bot that `rasa init` makes"),
    "profile": ("stock.profile", "where the processor time of each server goes"),
    "refusal": ("retrieval.refusal", "answers and refusals on the questions of tests/data"),
    "judge": ("retrieval.judge", "fit and measure the judge of the first passages"),
    "pages": ("retrieval.pages", "text and frame of web pages, beside another reader"),
    "charities": ("retrieval.charities", "the search on three other charities' libraries"),
    "questions": ("conversations.check", "ask a running bot what people really ask"),
    "follow-ups": ("conversations.follow_ups", "follow-ups, fresh questions, questions asked back"),
    "nlu": ("nlu.measure", "the understanding of messages"),
    "scale": ("scale.measure", "the library as it grows, beside others"),
    "pdfs": ("formats.pdfs", "what is found of documents printed to PDF"),
    "collect": ("report.collect", "measure what the report shows of the quality"),
    "report": ("report.page", "write the report's page and the tables of the documents"),
}
# Packages of actions/requirements-dev.txt.
TOOLS = ("matplotlib", "psutil", "rich", "typer")


def main(arguments: list[str]) -> int:
    """Run a command; return 0, 1 if a tool is missing, 2 on wrong usage."""
    if not arguments or arguments[0] not in COMMANDS:
        lines = [f"  {name:<11} {about}" for name, (_, about) in COMMANDS.items()]
        print("usage: python -m benchmarks COMMAND [--help | …]\n\n" + "\n".join(lines))
        return 0 if arguments in (["--help"], ["-h"]) else 2
    name = arguments[0]
    sys.argv = [f"python -m benchmarks {name}", *arguments[1:]]
    try:
        runpy.run_module(f"benchmarks.{COMMANDS[name][0]}", run_name="__main__")
    except ModuleNotFoundError as err:
        if err.name not in TOOLS:
            raise
        print(f"{err.name} is missing: `make check` installs the tools.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
