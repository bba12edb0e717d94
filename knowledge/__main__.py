"""Run the library's command line: `python -m knowledge`."""

from knowledge.cli import main
from startup.profile import take_profile

take_profile()
main()
