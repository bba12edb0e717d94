"""Look for rules about the words of a message only where there are some.

Rasa's `RulePolicy` goes through the conversation and all its rules twice for each message: for
rules that quote a message, then for those that name its intent. This assistant has none of the
first kind, and the first pass took as long as the second.
"""

from typing import Any

from rasa.core.policies.rule_policy import RULES, RulePolicy
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import TEXT

from bot.patches.replaces import replaces

KNOWN = "_bonafide_quotes"
# Rules are kept by the JSON of their states, where a key looks like this.
QUOTED = f'"{TEXT}":'

Found = tuple[str | None, str | None, bool]


@replaces(
    RulePolicy,
    "_find_action_from_rules",
    sha256="be6da6ee0f5429bd9bbded9f22186f3729469e5b392949493fd34a00ef9531d9",
)
def find_action_from_rules(
    self: RulePolicy,
    tracker: DialogueStateTracker,
    domain: Domain,
    use_text_for_last_user_input: bool,
) -> Found:
    """Return a rule's action, its key, and whether it ends a loop; no names if no rule fits."""
    if use_text_for_last_user_input and not _quotes(self):
        return None, None, False
    found: Found = find_action_from_rules.original(
        self, tracker, domain, use_text_for_last_user_input
    )
    return found


def _quotes(policy: RulePolicy) -> bool:
    """Say whether a rule names the text of a message."""
    # In training the rules come one by one, hence their number beside the answer.
    rules: Any = policy.lookup[RULES]
    known: tuple[int, bool] | None = policy.__dict__.get(KNOWN)
    if known is None or known[0] != len(rules):
        known = len(rules), any(QUOTED in key for key in rules)
        setattr(policy, KNOWN, known)
    return known[1]
