"""How a message is built: a whole question, a fragment of one, or a correction."""

import re
from dataclasses import dataclass

from knowledge.words import FUNCTION_WORDS

# What people put before what they mean; says nothing about whether it is complete.
_FILLER = r"(?:ok|okay|so|well|hm+|oh|ah|um+|er|right|yes|yeah|thanks|thank you|i see|great)"
_LINK = r"(?:and|but|or|also|plus)"
_ABOUT = (
    r"(?:what|how|wot) (?:about|abt|bout)|what of|what if it'?s|"
    r"same (?:question )?(?:for|about|with)|"
    r"is (?:it|that) the same (?:for|with|in)|"
    r"does (?:it|that|this) (?:also )?(?:apply|go) (?:to|for)|"
    r"and (?:for|in|with)"
)
_OPENING = re.compile(
    rf"^(?:{_FILLER}\b[\s,.!:;-]*)*(?P<opener>(?:(?:{_LINK})\b[\s,]*)?(?:(?P<about>{_ABOUT})\b)?)"
    r"[\s,.!:;-]*",
    re.IGNORECASE,
)
_TAKING_BACK = re.compile(
    r"^(?:(?P<strong>no+|nope|nah|sorry|apologies|pardon|oops|whoops|actually|wait|hang on|"
    r"not that(?: one)?|wrong one|rather|i mean|i meant|i said|i was (?:asking|talking) about|"
    r"i(?: really| actually)? (?:wanted|want|asked|ask|needed)"
    r"(?: (?:to know|to ask|you))?(?: about)?|"
    r"(?:that'?s|that is|it'?s) not (?:it|what i (?:asked|meant|mean|wanted))|"
    r"scratch that|correction|make that|my mistake|my bad)|oh|but|ah|well|hm+|you know|the word)"
    r"\b[\s,.:;!…-]*",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"^not\s+(?P<old>[^,.;]+?)(?:\s*[,.;-]+\s*(?:but\s+|i mean(?:t)?\s+)?|\s+but\s+)(?P<new>.+)$",
    re.I,
)
_NOT_AFTER = re.compile(
    r"^(?P<new>.+?)(?:\s*[,.;-]+\s*(?:and )?not|,?\s+instead of|,?\s+rather than)"
    r"\s+(?P<old>[^,.;]+?)[.!?]*$",
    re.I,
)
# Verbs of a finite clause. A question or statement of its own nearly always has one of them.
_VERBS = frozenset(
    """
    am is are was were be been being isn't isnt aren't arent wasn't do does did don't dont doesn't
    doesnt didn't can cant can't could couldn't will won't would wouldn't shall should shouldn't
    may might must has have had hasn't haven't i'm im i've ive it's what's whats how's hows who's
    where's there's that's means gets makes causes happens helps runs goes need needs
    """.split()  # noqa: SIM905
)
_WH = frozenset("what which who whom whose when where why how".split())  # noqa: SIM905
_PREPOSITIONS = frozenset("in for with during after before at on from without by to".split())  # noqa: SIM905
# Words that ask for a side of a thing without naming one: a question of these alone ("what are the
# symptoms?") is about what was spoken of before.
_ASPECTS = re.compile(
    r"symptoms?|signs?|warning|causes?|caused|reasons?|treat|treats|treated|treating|treatments?|"
    r"treatable|therapy|therapies|cure|cured|cures|cureable|curable|tests?|tested|testing|"
    r"diagnos\w+|prevent\w*|risks?|risky|dangers?|dangerous|serious|safe|common|rare|hereditary|"
    r"genetic|inherited|contagious|infectious|catching|side|effects?|kinds?|types?|forms?|"
    r"difference|differences|long|last|lasts|often|quickly|soon|hurts?|hurting|painful|works?|"
    r"working|helps?|happens?|happen|starts?|stops?|medicines?|medications?|drugs?|tablets?|pills?|"
    r"meds|check|checked|checks|results?|accurate|reliable|used|use|uses|outlook|prognosis|"
    r"permanent|reversible|spreads?|develop\w*|detect\w*|found|spotted|look|looks|feel|feels|"
    r"options?|else|done|first|early|late|exactly|usually|normally|main|possible|available|"
    r"anything|involved|involves?|avoid|avoided|prepare|preparation|needed|purpose|benefits?|"
    r"problems?|complications?|fatal|deadly|severe|bad|worse|get|gets|affected|affects?|worried|"
    r"parts?|body|worry|manage|managed|remedy|remedies|downsides?|alternatives?|doctors?|specialists?"
)
# "Sorry, coeliac not lupus".
_NOT_BETWEEN = re.compile(r"^(?P<new>.+?)\s+not\s+(?P<old>[^,.;]+?)[.!?]*$", re.IGNORECASE)
_HANGING = re.compile(
    r"(?<=\w)[\s,]+(?:esp\w*\s+)?(?:when|if|because|while|since|once)\b.*$", re.IGNORECASE
)
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
# A keyword query longer than this says what it wants by itself.
MAX_FRAGMENT_WORDS = 3
MAX_LINKED_WORDS = 4
# "Lupus, not arthritis" without a word of correction before it.
MAX_SWAP_WORDS = 6


@dataclass(frozen=True, slots=True)
class Form:
    """A message, taken apart.

    Attributes:
        body: What is left without fillers, openers and words of correction.
        old: What the message takes back by name: "not Crohn's"; empty where it does not.
        is_linked: It opens with "and", "but", "or".
        is_about: It opens with "what about" and the like.
        is_correction: It takes back something.
        has_verb: Its body has the verb of a clause.
        content: The words of the body that mean something.
    """

    body: str
    old: str
    is_linked: bool
    is_about: bool
    is_correction: bool
    has_verb: bool
    content: tuple[str, ...]

    @property
    def words(self) -> list[str]:
        """All words of the body, lower-cased."""
        return words_of(self.body)

    @property
    def is_aspect(self) -> bool:
        """It names a side of something, but no thing: "the side effects?", "why?"."""
        return all(_ASPECTS.fullmatch(word) for word in self.content)

    @property
    def is_bare_wh(self) -> bool:
        """It is a question word with little else: "why?", "for how long?"."""
        return any(word in _WH for word in self.words) and len(self.words) <= 3 and self.is_aspect

    @property
    def other(self) -> list[str]:
        """The words that mean something and are no aspect."""
        return [word for word in self.content if not _ASPECTS.fullmatch(word)]

    @property
    def starts_inside(self) -> bool:
        """It starts as a part of a sentence does: "in the daytime", "which foods"."""
        words = self.words
        if words and words[0] in _WH:
            return len(self.other) <= 1
        return bool(words) and words[0] in _PREPOSITIONS


def read_form(text: str) -> Form:
    """Take a message apart."""
    rest, old, is_correction = _take_back(straighten(text).strip())
    opening = _OPENING.match(rest)
    body = rest[opening.end() :] if opening else rest
    opener = (opening["opener"] if opening else "").strip(" ,")
    is_about = bool(opening and opening["about"])
    words = words_of(body)
    # "What about outside, when it is icy?" is no clause but for what hangs on it.
    main = words_of(_HANGING.sub("", body)) if opener else words
    return Form(
        body=body.strip(),
        old=old,
        is_linked=bool(opener) and not is_about,
        is_about=is_about,
        is_correction=is_correction,
        has_verb=any(word in _VERBS for word in main),
        content=tuple(
            word
            for word in dict.fromkeys(words)
            if word not in FUNCTION_WORDS and word not in _VERBS
        ),
    )


def straighten(text: str) -> str:
    """Return `text` with the apostrophes that phones type as the one on a keyboard."""
    return text.replace("\u2019", "'")


def words_of(text: str) -> list[str]:
    """Return the words of a text, lower-cased, with straight apostrophes."""
    return _WORD.findall(straighten(text.lower()))


def _take_back(text: str) -> tuple[str, str, bool]:
    """Return a message without words that only take back, what it takes back, and whether."""
    rest, is_correction = text, False
    while match := _TAKING_BACK.match(rest):
        is_correction |= match["strong"] is not None
        rest = rest[match.end() :]
    # "Can a bone break and you not notice?" takes nothing back.
    is_short = is_correction or len(words_of(rest)) <= MAX_SWAP_WORDS
    patterns = (_NOT, _NOT_AFTER, *([_NOT_BETWEEN] if is_correction else []))
    for pattern in patterns if is_short else ():
        if (match := pattern.match(rest)) and len(words_of(match["old"])) <= MAX_FRAGMENT_WORDS:
            return match["new"], match["old"].strip(), True
    return (rest, "", True) if is_correction else (text, "", False)
