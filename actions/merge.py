"""A follow-up and the question before it, merged into what is searched."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from actions.form import MAX_FRAGMENT_WORDS, MAX_LINKED_WORDS, Form, read_form, words_of
from actions.resolve import Question, is_out_of_scope

# The entity labels a question can be about; the others say more about one of these.
THINGS = ("test", "medicine", "condition")
PERSON = "person"
# From here on a message is too surely about something else to be a follow-up: confidence that it
# is out of scope, 0 to 1 (development rows of tests/data).
MAX_OBJECTION = 0.35

_PRONOUN = re.compile(r"\b(it|its|they|them|their|one of (?:those|these|them))\b", re.IGNORECASE)
# "If its low", as people type "it's".
_ITS_IS = re.compile(r"\b(if|when|because|that|think|whether|and|but) its\b", re.IGNORECASE)
# "Is it safe to …", "does it matter if …", "it takes a year to …": this "it" stands for nothing.
_BE_IT = (
    r"\b(?:is|was|be|isn't|would|will|can) it (?:be )?"
    r"(?:(?:only|really|still|always|ever|too|very|quite|also) )*"
)
_DUMMY = re.compile(
    rf"{_BE_IT}(?:safe|true|normal|ok|okay|possible|important|bad|good|better|best|dangerous|"
    r"risky|hard|easy|necessary|useful|late|fine|wise|likely|time|right|wrong|healthy|common|"
    r"usual|silly|my fault|just|women|men|because)\b(?: \w+)? (?:to|that|if|for|when|who|doing)\b|"
    rf"{_BE_IT}worth\b|\bit (?:matters?|depends?|takes?(?: \w+){{0,3}} to|seems|only)\b|"
    r"\bis it (?:only|just|mostly|mainly)\b|\b(?:make|made|makes|find|found) it\b",
    re.IGNORECASE,
)
_AUX = (
    r"(?:is|are|was|were|do|does|did|can|could|will|would|should|might|may|must|has|have|whats|"
    r"what's|how's)"
)
_ALONE = (
    r"(?:caused?|causes|stop|prevent|treat|of|with|for|by|about|from|to|in|after|before|than|like|"
    r"if|why|how|what|have|has|get|take|taking|do|mean|doing)"
)
_THAT = re.compile(
    rf"(?:^|\b(?:{_AUX}|{_ALONE})\s+)(?P<that>this|that|these|those)"
    rf"(?=\s*(?:$|[?.,!]|\s(?:{_AUX}|mean|means|work|works|happen|happens|hurt|hurts|affect|affects|"
    r"cause|causes|help|helps|safe|dangerous|normal|common|serious|bad|painful|\w+ed|for|so|then|"
    r"again|later|too|in|at)\b))",
    re.IGNORECASE,
)
_GENERIC = {
    "test": r"scans?|tests?|procedures?|exams?|imaging|appointment",
    "medicine": r"medicines?|medications?|drugs?|tablets?|pills?|injections?|treatments?",
    "condition": r"diseases?|conditions?|illness(?:es)?|disorders?|problems?",
}
# What clinicians do to people: after "they", these say who is meant.
_CLINICAL = re.compile(
    r"\bthey\s+(?:\w+ly\s+)?(?:see|find|test|check|do|give|treat|diagnose|use|tell|say|measure|look|"
    r"prevent|know|want|take|scan|prescribe|put|need|run|get)\b",
    re.IGNORECASE,
)
# Words of its own from which on a sentence about "them" says what it asks.
MAX_OTHER_WORDS = 2
_WH = r"(?:what|which|who|when|where|why|how)"
_NEW_CLAUSE = re.compile(
    rf"[,.;!?]\s+\S|\s-\s|\b(?:and|or|but)\s+(?:{_WH}|{_AUX})\b|(?<=\w)\s+{_WH}\b", re.IGNORECASE
)


def merge(message: Question, last: Question) -> list[Question]:
    """Return what a message can mean after the question `last`, the likeliest first.

    Args:
        message: The message by itself.
        last: The question of the turn before.

    Returns:
        Readings to search; none where the message is complete and carries nothing over. The
        message itself is one of them where its form does not decide.
    """
    form = read_form(_ITS_IS.sub(r"\1 it is", message.text))
    # Three of four words on something else entirely ask nothing about the turn before.
    if not form.words or not last.text or message.objection > MAX_OBJECTION:
        return []
    texts = _readings(message, form, last)
    return [
        message if text == message.text else _carry(message, last, text)
        for text in dict.fromkeys(_tidy(text) for text in texts)
    ]


def _readings(message: Question, form: Form, last: Question) -> list[str]:
    """Return the texts of the readings."""
    things = [label for label in THINGS if message.things.get(label)]
    if form.is_correction:
        return list(_correct(message, form, last))
    if pronoun := _find_pronoun(form, message, last):
        return list(_stand_in(form, last, pronoun))
    if _is_whole(form, message, things):
        return []
    return [*_extend(message, form, last), *([message.text] if _may_be_whole(form) else [])]


def _is_whole(form: Form, message: Question, things: Sequence[str]) -> bool:
    """Say whether a message without a pronoun is a question of its own."""
    n_content = len(form.content)
    named = _content_of(message.things)
    other = [word for word in form.content if word not in named]
    if form.is_about or form.is_linked:
        # "What about lupus?" is a fragment; "what about the signs of lupus?" is not.
        if things and (form.has_verb or other):
            return True
        return (form.has_verb and not form.is_aspect) or n_content > MAX_LINKED_WORDS
    if not form.content:
        return not form.is_bare_wh
    if form.is_aspect and not message.things:
        return False
    if form.has_verb or n_content > MAX_FRAGMENT_WORDS:
        return True
    if things:
        return bool(other)
    return not (form.starts_inside or set(form.content) <= named)


def _may_be_whole(form: Form) -> bool:
    return form.has_verb and not form.is_aspect


def _content_of(things: Mapping[str, Sequence[str]]) -> set[str]:
    return {word for values in things.values() for value in values for word in words_of(value)}


def _extend(message: Question, form: Form, last: Question) -> Iterator[str]:
    """Yield a fragment put into the last question: replaced, added, or about its referent."""
    replaced = list(_replace_named(message, last))
    named = _content_of(message.things)
    if replaced and not [word for word in form.content if word not in named]:
        yield from replaced
        return
    yield from (f"{text} {form.body}" for text in replaced)
    if form.is_bare_wh:
        yield f"{form.body.rstrip('?')} {last.text}"
        if not form.content:
            return
    if form.content and form.is_aspect:
        yield from (f"{form.body.rstrip('?')} ({name})" for name in referents(last))
        return
    yield f"{last.text.rstrip('?. ')} {form.body}"
    yield from (f"{form.body.rstrip('?')} ({name})" for name in referents(last)[:1])


def _correct(message: Question, form: Form, last: Question) -> Iterator[str]:
    """Yield the last question with its part replaced by what was meant."""
    if form.old and (text := _swap(last.text, form.old, form.body)) != last.text:
        yield text
        return
    if form.has_verb and len(form.content) > MAX_FRAGMENT_WORDS:
        yield message.text
        return
    yield from _extend(message, form, last)
    yield form.body


def _replace_named(message: Question, last: Question) -> Iterator[str]:
    """Yield the last question with the message's things in place of those of the same kind."""
    labels = [label for label in (*THINGS, PERSON) if message.things.get(label)]
    for label in labels:
        new = message.things[label][0]
        olds = last.things.get(label, [])
        for old in olds:
            yield _swap(last.text, old, new)
        if not olds and label == PERSON:
            yield f"{last.text.rstrip('?. ')} in {new}"
        elif not olds:
            # Another kind of thing: in the place of the thing that was asked about, or beside it.
            swapped = _swap(last.text, referents(last)[0], new)
            yield swapped if swapped != last.text else f"{last.text.rstrip('?. ')} ({new})"


def _stand_in(form: Form, last: Question, pronoun: re.Match[str]) -> Iterator[str]:
    """Yield a message with what its pronoun stands for in the pronoun's place."""
    body, (start, end) = form.body, pronoun.span("that" if "that" in pronoun.re.groupindex else 0)
    names = referents(last)
    if not _is_named(last):
        yield f"{body.rstrip('?')} ({last.text.rstrip('?')})"
    for name in names:
        if _means_people(body, pronoun, last):
            yield f"{body.rstrip('?')} ({name})"
        else:
            mark = "'s" if pronoun.group().lower() in ("its", "their") else ""
            yield f"{body[:start]}{name}{mark}{body[end:]}"


def _find_pronoun(form: Form, message: Question, last: Question) -> re.Match[str] | None:
    """Return the word of a message that points back at the turn before, if there is one."""
    body = form.body
    if match := _find_generic(body, message, last):
        return match
    text = _DUMMY.sub(lambda found: "#" * len(found.group()), body)
    found = sorted([*_PRONOUN.finditer(text), *_THAT.finditer(text)], key=lambda m: m.start())
    if len(form.other) > MAX_OTHER_WORDS:
        del found[1:]
    for match in sorted(found, key=lambda m: m.group().lower() == "they"):
        if _has_antecedent(body, match, message):
            continue
        # "How will they work out if …": they who work there, not what was spoken of.
        if _means_people(body, match, last) and len(form.other) > MAX_OTHER_WORDS:
            continue
        return match
    return None


def _means_people(body: str, pronoun: re.Match[str], last: Question) -> bool:
    """Say whether "they" are those who treat, not the things spoken of."""
    if pronoun.group().lower() != "they":
        return False
    are_many = any(name.endswith("s") for name in last.things.get("medicine", []))
    return not are_many or _CLINICAL.search(body) is not None


def _find_generic(body: str, message: Question, last: Question) -> re.Match[str] | None:
    """Return "that scan", "these tablets", "the test": named by their kind alone."""
    for label, nouns in _GENERIC.items():
        if not last.things.get(label):
            continue
        match = re.search(
            rf"(?<!read )(?<!heard )(?<!told )(?<!say )(?<!think )\b(?:this|that|these|those)\s+"
            rf"(?:{nouns})\b",
            body,
            re.IGNORECASE,
        )
        others = [m for m in THINGS if m != label and message.things.get(m)]
        if match and not others:
            return match
    return None


def _has_antecedent(body: str, pronoun: re.Match[str], message: Question) -> bool:
    """Say whether a message says itself what its pronoun stands for."""
    before, after = body[: pronoun.start()].lower(), body[pronoun.end() :].lower()
    people = pronoun.group().lower() in ("they", "them", "their")
    names = [
        name
        for label, values in message.things.items()
        if people or label != PERSON
        for name in values
    ]
    if any(name.lower() in before for name in names):
        return True
    breaks = list(_NEW_CLAUSE.finditer(before + " #"))
    if breaks and read_form(before[: breaks[-1].start()]).other:
        return True
    things = [name for label in THINGS for name in message.things.get(label, [])]
    return people and any(name.lower() in after for name in things)


def referents(last: Question) -> list[str]:
    """Return what the last turn was about: what its question named, or the document shown."""
    names = [name for label in THINGS for name in last.things.get(label, [])]
    return list(dict.fromkeys(names)) or [last.about or last.subject or last.text]


def _is_named(last: Question) -> bool:
    return any(last.things.get(label) for label in THINGS)


def _carry(message: Question, last: Question, text: str) -> Question:
    """Return a reading as a question: its words are new, its understanding is of both."""
    names = sorted({*message.confidences, *last.confidences})
    confidences = {}
    for name in names:
        both = message.confidences.get(name, 0.0), last.confidences.get(name, 0.0)
        confidences[name] = min(both) if is_out_of_scope(name) else sum(both) / 2
    things = {
        label: found
        for label in dict.fromkeys([*last.things, *message.things])
        if (
            found := [
                name
                for name in dict.fromkeys(
                    [*message.things.get(label, []), *last.things.get(label, [])]
                )
                if name.lower() in text.lower()
            ]
        )
    }
    conditions = things.get("condition") or [last.subject]
    return replace(
        message,
        text=text,
        subject=conditions[0],
        confidences=dict(sorted(confidences.items(), key=lambda item: -item[1])),
        things=things,
    )


def _swap(text: str, old: str, new: str) -> str:
    """Return `text` with the words `old` replaced, whatever their case."""
    return re.sub(rf"(?<!\w){re.escape(old)}(?!\w)", lambda _: new, text, flags=re.IGNORECASE)


def _tidy(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
