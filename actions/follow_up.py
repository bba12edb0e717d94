"""Take up what the bot said last: a choice, a yes or no, a wish for more."""

from actions.answer import ActionAnswerQuestion


class ActionFollowUp(ActionAnswerQuestion):
    """Replies like its parent, to messages that mean nothing without the turn before."""

    def name(self) -> str:
        """Name in domain.yml."""
        return "action_follow_up"
