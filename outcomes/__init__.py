"""What became of each question: one small table, written beside the conversation.

Both processes write to it, so this package runs on Python 3.10 with SQLAlchemy 1.4 and on 3.11
with 2.x. docs/outcomes.md says what is kept, for how long, and how to read and delete it.
"""

from outcomes.recorder import Recorder
from outcomes.rows import Feedback, OutcomeRow

__all__ = ["Feedback", "OutcomeRow", "Recorder"]
