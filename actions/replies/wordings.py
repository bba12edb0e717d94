"""The words of the responses in domain.yml."""

from collections.abc import Sequence

from actions.dialogue.state import Domain
from actions.replies import render
from knowledge import Hit

# Places in a response that an action fills.
PLACES = ("{preface}", "{choices}", "{general}", "{disclaimer}")
# The response for what a person says that they feel (bot/vocabulary): said before the reply.
KIND_WORDS = {"afraid": "utter_kind_afraid", "sad": "utter_kind_sad"}


class Wordings:
    """The responses of a domain by name."""

    def __init__(self, domain: Domain) -> None:
        """Take the domain as Rasa sends it."""
        self._domain = domain

    def text_of(self, response: str) -> str:
        """Return the words of a response, without the places that an action fills."""
        text = self._domain["responses"][response][0]["text"]
        for place in PLACES:
            text = text.replace(place, "")
        return text.strip()

    def own_language(self, language: str) -> str:
        """Return the line that says in a language that answers are in English; else empty."""
        for variant in self._domain["responses"]["utter_own_language"]:
            if variant.get("id") == language:
                return variant["text"] + "\n"
        return ""

    def kind_words(self, feeling: str) -> str:
        """Return what is said first to who feels so; empty for any other feeling."""
        return self.text_of(KIND_WORDS[feeling]) if feeling in KIND_WORDS else ""

    def in_general(self, hits: Sequence[Hit]) -> str:
        """Return the first hit as what holds in general; empty where there is none."""
        if not hits:
            return ""
        return "\n" + self.text_of("utter_in_general").format(
            heading=hits[0].passage.heading,
            extract=hits[0].passage.text,
            source=render.format_source(hits[0]),
        )
