"""A way to a person: whom the owners name in the settings."""

import itertools
import os
import re
import zoneinfo
from collections.abc import Mapping

from contract.contact import Contact, OpenHours
from contract.turn import Turn
from settings import SettingInvalid, table

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DAY = "|".join(DAYS)
_TIME = r"(?:[01]\d|2[0-3]):[0-5]\d"
# "Mo-Fr 09:00-17:00", as OpenStreetMap writes opening hours.
_ENTRY = re.compile(
    rf"(?P<first>{_DAY})(?:-(?P<last>{_DAY}))? (?P<opens>{_TIME})-(?P<closes>{_TIME}|24:00)"
)
ANY_WAY = "a telephone number, an e-mail address or a page beside the other settings of a contact"


def read_contact(environ: Mapping[str, str] = os.environ) -> Contact | None:
    """Return the contact of the settings; None if they name none.

    Raises:
        SettingInvalid: A setting has the wrong form, or nobody could be reached by what is set.
    """
    name, phone = table.CONTACT_NAME.read(environ), table.CONTACT_PHONE.read(environ)
    email, url = table.CONTACT_EMAIL.read(environ), table.CONTACT_URL.read(environ)
    hours, zone = read_hours(environ), _read_time_zone(environ)
    if not (phone or email or url):
        if name or hours:
            raise SettingInvalid(table.CONTACT_PHONE.key, ANY_WAY)
        return None
    if hours and not zone:
        raise SettingInvalid(
            table.CONTACT_TIME_ZONE.key, f"the time zone of {table.CONTACT_HOURS.key}"
        )
    return {
        "name": name,
        "phone": phone,
        "phone_href": "tel:" + re.sub(r"[^\d+]", "", phone) if phone else "",
        "email": email,
        "url": url,
        "hours": hours,
        "time_zone": zone if hours else "",
    }


def read_hours(environ: Mapping[str, str]) -> list[OpenHours]:
    """Return the hours of the settings, in order of the week; empty if there are none.

    Raises:
        SettingInvalid: They have the wrong form, or overlap.
    """
    value = table.CONTACT_HOURS.read(environ)
    found: list[OpenHours] = []
    for entry in value.split(",") if value else ():
        match = _ENTRY.fullmatch(entry.strip())
        if match is None or match["opens"] >= match["closes"]:
            raise table.CONTACT_HOURS.make_error(value)
        first = DAYS.index(match["first"])
        last = DAYS.index(match["last"] or match["first"])
        if last < first:
            raise table.CONTACT_HOURS.make_error(value)
        for day in range(first + 1, last + 2):
            found.append({"day": day, "opens": match["opens"], "closes": match["closes"]})
    found.sort(key=lambda each: (each["day"], each["opens"]))
    for before, after in itertools.pairwise(found):
        if before["day"] == after["day"] and after["opens"] < before["closes"]:
            raise table.CONTACT_HOURS.make_error(value)
    return found


def format_contact(contact: Contact) -> str:
    """Return a contact as one plain line for channels that have no card."""
    ways = ", ".join(filter(None, [contact["phone"], contact["email"], contact["url"]]))
    return f"You can also ask {contact['name'] or 'a person'}: {ways}"


def describe_hours(contact: Contact) -> list[str]:
    """Return the hours in words, a line for the days that are alike; empty if there are none.

    Browsers that run no script cannot say whether somebody answers now.
    """
    times: dict[int, str] = {}
    for each in contact["hours"]:
        before = f"{times[each['day']]} and " if each["day"] in times else ""
        times[each["day"]] = f"{before}{each['opens']} to {each['closes']}"
    lines = []
    for time, days in itertools.groupby(sorted(times), key=times.__getitem__):
        for run in _split_runs(list(days)):
            names = [WEEKDAYS[day - 1] for day in (run[0], run[-1])]
            lines.append(f"{' to '.join(dict.fromkeys(names))}, {time}")
    return lines


def add_contact(turns: list[Turn], contact: Contact | None) -> list[Turn]:
    """Return turns in which refusals name the contact in their words; others are as they were."""
    if contact is None:
        return turns
    line = format_contact(contact)
    return [
        {**turn, "text": f"{turn['text']}\n{line}"} if turn["kind"] == "abstain" else turn
        for turn in turns
    ]


def _split_runs(days: list[int]) -> list[list[int]]:
    """Return days in runs without a gap."""
    runs: list[list[int]] = []
    for day in days:
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs


def _read_time_zone(environ: Mapping[str, str]) -> str:
    name = table.CONTACT_TIME_ZONE.read(environ)
    if name and name not in zoneinfo.available_timezones():
        raise table.CONTACT_TIME_ZONE.make_error(name)
    return name
