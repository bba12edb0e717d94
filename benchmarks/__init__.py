"""What this assistant costs beside the bot that `rasa init` makes: `python -m benchmarks`."""

import os

# Asked in this process, a benchmark's questions are nobody's: none gets into the outcomes. Servers
# that a benchmark starts record as they do for everybody (benchmarks/stock/bots.py says where).
os.environ["BONAFIDE_OUTCOMES_URL"] = ""
