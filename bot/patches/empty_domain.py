"""See at a glance that a domain is not empty.

For each message, Rasa's `Domain.is_empty` turns the domain into a dictionary, makes an empty domain
and compares the two. A domain with responses is not empty.
"""

from rasa.shared.core.domain import Domain

from bot.patches.source import check

# SHA-256 of the source of the function that is replaced, as it stands in Rasa 3.6.21.
REPLACED_SHA256 = "884be90ef485f1d2c0f140657a47f106a7d2785b63b03e46cd699b4072e95369"

_original = Domain.is_empty


def apply() -> None:
    """Replace the comparison.

    Raises:
        RuntimeError: Rasa's function is not the one this replacement was written for.
    """
    check(_original, REPLACED_SHA256, "bot/patches/empty_domain.py")
    Domain.is_empty = _is_empty


def _is_empty(self: Domain) -> bool:
    return not self.responses and bool(_original(self))
