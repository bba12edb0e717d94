"""Whether a message may be an emergency, by its words alone, before it is understood."""

from bot.red_flags.further import get_further_rules
from bot.red_flags.rules import get_rule_matcher


def is_urgent(text: str) -> bool:
    """Say whether a rule of the red flags holds, or a sign of the profile's (0.2 ms each)."""
    if get_rule_matcher().match(text).kind is not None:
        return True
    rules = get_further_rules()
    return rules is not None and bool(rules.match(text)[1])
