"""Whom people can reach instead of the bot, as `/webhooks/web/about` says it."""

from typing_extensions import TypedDict


class OpenHours(TypedDict):
    """A time in which somebody answers.

    Attributes:
        day: Of the week: 1 for Monday to 7 for Sunday.
        opens: Time of day, "09:00".
        closes: Time of the same day, after that; "24:00" for midnight.
    """

    day: int
    opens: str
    closes: str


class Contact(TypedDict):
    """A way to a person.

    Attributes:
        name: Who answers; may be empty.
        phone: As people write it; may be empty.
        phone_href: The same as a `tel:` link; may be empty.
        email: May be empty.
        url: A page, http or https; may be empty.
        hours: When somebody answers, in order of the week; empty where that is not said.
        time_zone: Of the hours, an IANA name; empty without hours.
    """

    name: str
    phone: str
    phone_href: str
    email: str
    url: str
    hours: list[OpenHours]
    time_zone: str
