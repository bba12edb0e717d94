"""A folder to a profile; every fault of it in one go."""

import difflib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from profiles import fields
from profiles.emergencies import check_emergencies
from profiles.fields import Field
from profiles.locate import shorten
from profiles.types import Assistant, Colours, Contact, Profile, ProfileInvalid, Starter

ASSISTANT = "assistant.yml"
GUIDE = "docs/profile.md"
# Every value a text: a country NO, a telephone number 0800 and a name On are what was written.
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
# Characters of a wrong value that a message shows.
MAX_SHOWN = 60


def read_profile(folder: Path) -> Profile:
    """Return the profile in a folder.

    Raises:
        ProfileInvalid: It cannot be used; a sentence for each fault.
    """
    if not folder.is_dir():
        raise ProfileInvalid(
            f"{folder}: there is no such folder. Make a profile with `make new-profile`, or correct"
            f" BONAFIDE_PROFILE ({GUIDE})."
        )
    reader = _Reader(folder / ASSISTANT)
    assistant = reader.read_assistant()
    documents = reader.read_documents(folder)
    questions = _optional(folder / "questions.jsonl")
    emergencies = _optional(folder / "emergencies.yml")
    faults = [
        *reader.faults,
        *(_check_questions(questions) if questions else ()),
        *(check_emergencies(emergencies) if emergencies else ()),
    ]
    if faults:
        raise ProfileInvalid(*faults)
    return Profile(
        folder,
        assistant,
        documents,
        faq=_optional(folder / "faq"),
        words=_optional(folder / "words.yml"),
        questions=questions,
        intents=_optional(folder / "intents"),
        emergencies=emergencies,
    )


def _optional(path: Path) -> Path | None:
    return path if path.exists() else None


class _Reader:
    """Reads assistant.yml and collects what is wrong with it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.faults: list[str] = []
        self._values = self._load()

    def read_assistant(self) -> Assistant:
        values = self._values
        self._check_keys(values, fields.KEYS)
        texts = self._texts(values, fields.TEXTS)
        return Assistant(
            **texts,
            starters=self._starters(),
            languages=self._languages(),
            logo=self._logo(),
            contact=self._contact(),
            colours=Colours(**self._texts(self._mapping("colours"), fields.COLOURS, "colours")),
            is_health=self._flag("health"),
            responses=self._responses(),
        )

    def read_documents(self, folder: Path) -> Path:
        named = self._values.get("documents") or "documents"
        documents = shorten(folder / str(named))
        if not documents.is_dir():
            self._fault(
                "documents",
                f"there is no folder {documents}. Put the documents there, or name their folder",
            )
        return documents

    def _load(self) -> dict[str, Any]:
        try:
            content = yaml.load(self.path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - makes texts alone
        except FileNotFoundError:
            self.faults.append(
                f"{self.path} is missing. Make a profile with `make new-profile` ({GUIDE})."
            )
        except (OSError, UnicodeDecodeError) as err:
            reason = "it is not UTF-8" if isinstance(err, ValueError) else err.strerror
            self.faults.append(f"{self.path} cannot be read: {reason}.")
        except yaml.YAMLError as err:
            mark = getattr(err, "problem_mark", None)
            line = f", line {mark.line + 1}" if mark else ""
            problem = getattr(err, "problem", None) or "it is not YAML"
            self.faults.append(
                f"{self.path}{line}: {problem}. Write `key: value`, with quotation marks around a"
                f" value that holds a colon ({GUIDE})."
            )
        else:
            if isinstance(content, dict):
                return content
            if content:
                self.faults.append(f"{self.path}: expected lines of `key: value` ({GUIDE}).")
        return {}

    def _fault(self, key: str, what: str) -> None:
        self.faults.append(f"{self.path}: {key}: {what} ({GUIDE}).")

    def _expect(self, key: str, expected: str, found: object) -> None:
        shown = str(found)
        shown = shown if len(shown) <= MAX_SHOWN else f"{shown[:MAX_SHOWN]}…"
        self._fault(
            key,
            f"expected {expected}, found {shown!r}. Correct it, or take the line out",
        )

    def _check_keys(
        self, values: Mapping[str, Any], known: Iterable[str], within: str = ""
    ) -> None:
        for key in values.keys() - set(known):
            nearest = difflib.get_close_matches(str(key), sorted(known), n=1, cutoff=0.6)
            hint = f"Did you mean {nearest[0]}?" if nearest else "Take the line out"
            self._fault(f"{within}.{key}" if within else str(key), f"there is no such key. {hint}")

    def _texts(
        self, values: Mapping[str, Any], known: Mapping[str, Field], within: str = ""
    ) -> dict[str, str]:
        """Return the texts that are there and well; None of a key that is left empty."""
        if within:
            self._check_keys(values, known, within)
        found = {}
        for key, field in known.items():
            value = values.get(key) or ""
            if isinstance(value, str) and not value.strip():
                continue
            if isinstance(value, str) and field.is_well(value.strip()):
                # What follows a blank line would be sent as a message of its own.
                found[key] = "\n".join(filter(None, map(str.strip, value.splitlines())))
            else:
                self._expect(f"{within}.{key}" if within else key, field.expected, value)
        return found

    def _mapping(self, key: str) -> dict[str, Any]:
        value = self._values.get(key) or {}
        if isinstance(value, dict):
            return value
        self._expect(key, "indented lines of `key: value` under it", value)
        return {}

    def _list(self, key: str) -> list[Any]:
        value = self._values.get(key) or []
        if isinstance(value, list):
            return value
        self._expect(key, "a list, each line beginning with `- `", value)
        return []

    def _flag(self, key: str) -> bool:
        value = self._values.get(key) or "true"
        if value not in ("true", "false"):
            self._expect(key, "true or false", value)
        return value == "true"

    def _starters(self) -> tuple[Starter, ...] | None:
        found = []
        values = self._list("starters")
        if len(values) > fields.MAX_STARTERS:
            self._expect("starters", f"at most {fields.MAX_STARTERS} questions", len(values))
        for number, value in enumerate(values, start=1):
            where = f"starters, line {number}"
            written = value if isinstance(value, dict) else {"question": value}
            texts = self._texts(written, fields.STARTER, where)
            if "question" in texts:
                found.append(Starter(texts.get("title", texts["question"]), texts["question"]))
            elif not written.get("question"):
                self._fault(where, "it has no question. Write it after `question:`")
        return tuple(found) or None

    def _languages(self) -> tuple[str, ...] | None:
        values = self._list("languages")
        for value in values:
            if not (isinstance(value, str) and fields.LANGUAGE_FIELD.is_well(value)):
                self._expect("languages", fields.LANGUAGE_FIELD.expected, value)
        return tuple(map(str, values)) or None

    def _contact(self) -> Contact:
        texts = self._texts(self._mapping("contact"), fields.CONTACT, "contact")
        if texts and texts.keys().isdisjoint(("phone", "email", "url")):
            self._fault("contact", "nobody can be reached by it. Write phone, email or url")
        if "hours" in texts and "time_zone" not in texts:
            self._fault(
                "contact.hours", "they need a time_zone, such as Europe/London, beside them"
            )
        return Contact(**texts)

    def _logo(self) -> Path | None:
        name = self._values.get("logo")
        if not name:
            return None
        path = shorten(self.path.parent / str(name))
        if path.suffix.lower() not in fields.LOGOS:
            self._expect("logo", f"a picture ({', '.join(fields.LOGOS)}) in the profile", name)
        elif not path.is_file():
            self._fault("logo", f"there is no file {path}. Put it there, or take the line out")
        elif path.stat().st_size > fields.MAX_LOGO_BYTES:
            self._expect("logo", f"at most {fields.MAX_LOGO_BYTES // 1000} kB", path.stat().st_size)
        elif not _is_picture(path):
            self._expect("logo", f"a picture of the kind that {path.suffix} says", name)
        return path

    def _responses(self) -> dict[str, str]:
        values = self._mapping("responses")
        known = {name: fields.RESPONSE_FIELD for name in values if fields.RESPONSE.fullmatch(name)}
        return self._texts(values, known, "responses")


def _is_picture(path: Path) -> bool:
    """Return whether a file is SVG or PNG, as its name says."""
    data = path.read_bytes()
    if path.suffix.lower() == ".png":
        return data.startswith(b"\x89PNG\r\n\x1a\n")
    try:
        return "<svg" in data.decode("utf-8")
    except UnicodeDecodeError:
        return False


def _check_questions(path: Path) -> list[str]:
    """Return what is wrong with the owner's own questions."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return [f"{path} cannot be read: it is no text file in UTF-8."]
    return [
        f'{path}, line {number}: expected {{"question": "…", "expect": "…"}}, or '
        f'{{"question": "…", "refuse": true}}. Correct the line or take it out ({GUIDE}).'
        for number, line in enumerate(lines, start=1)
        if line.strip() and not _is_question(line)
    ]


def _is_question(line: str) -> bool:
    try:
        row = json.loads(line)
    except ValueError:
        return False
    if not isinstance(row, dict) or not row.keys() <= {"question", "expect", "refuse"}:
        return False
    question, expect = row.get("question"), row.get("expect")
    is_asked = isinstance(question, str) and bool(question.strip())
    has_answer = isinstance(expect, str) and bool(expect.strip())
    return is_asked and (
        has_answer if "refuse" not in row else row["refuse"] is True and not expect
    )
