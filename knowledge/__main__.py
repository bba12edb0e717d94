"""Run the library's command line: `python -m knowledge`."""

from knowledge.cli import main

main()
