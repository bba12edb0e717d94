"""The patterns that tell a request for personal advice from a question about the matter itself."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from re import Pattern

from bot.matching.tokenizer import TABLES, Tokenizer
from bot.matching.yaml_files import check_lists, read_yaml

PATTERNS = Path(__file__).with_name("patterns.yml")
# What an entity of bot/vocabulary is called in patterns.yml.
PLACEHOLDERS = {"medicine": "MEDICINE", "condition": "DISEASE", "test": "TEST"}
# Most words that these stand for.
GAPS = {"...": 7, "..": 2}
# What a pattern can start with: the start of a sentence, or of a clause.
STARTS = {"^": "^ ", ">": r"(?:^|,) (?:(?:and|but|so|or|then|ok|please|well|hi|hello) )*"}
_NAMES = re.compile(r"^\{([a-z_|]+)\}$")

# An entity: its label, and where in the text it starts and ends.
Span = tuple[str, int, int]


def _placeholder(name: str) -> str:
    """Return the word that stands for an entity: one that nobody types."""
    return f"{name.lower()}entity"


_MEDICINE = _placeholder("MEDICINE")


class AdvicePatterns:
    """Finds the matter of a request for advice with the patterns of patterns.yml."""

    def __init__(self, path: Path = PATTERNS) -> None:
        """Compile the patterns of a file.

        Raises:
            PhrasesInvalid: If the file is missing or damaged, or a pattern names unknown words.
        """
        tables = read_yaml(TABLES)
        self._tokenizer = Tokenizer(tables["expansions"], (), tables["lemmas"])
        content = read_yaml(path)
        self._words: dict[str, str] = content["words"]
        self._brands = frozenset(content["brands"])
        matters = check_lists(content["matters"], path)
        self._general = [self._compile(line) for line in content["general"]]
        self._matters = [
            (matter, self._compile(line.removeprefix("!")), line.startswith("!"))
            for matter, lines in matters.items()
            for line in lines
        ]
        self._own = self._compile("{own}")

    def find_matter(self, sentences: Sequence[str]) -> str | None:
        """Return the matter that sentences ask advice on; None if they ask for none.

        Args:
            sentences: As `split_sentences` gives them.
        """
        if not any(self._own.search(sentence) for sentence in sentences):
            return None
        personal = [s for s in sentences if not any(p.search(s) for p in self._general)]
        for matter, pattern, decides in self._matters:
            if any(pattern.search(sentence) for sentence in (sentences if decides else personal)):
                return matter
        return None

    def split_sentences(self, text: str, entities: Iterable[Span]) -> list[str]:
        """Return the words of each sentence between spaces, its clauses between commas.

        Medicines, conditions and tests stand as their placeholders.

        Args:
            text: A message.
            entities: What the vocabulary found in it.
        """
        for label, start, end in sorted(entities, key=lambda span: -span[1]):
            if label in PLACEHOLDERS:
                text = f"{text[:start]} {_placeholder(PLACEHOLDERS[label])} {text[end:]}"
        sentences: dict[int, list[str]] = {}
        clause = 0
        for word in self._tokenizer.tokenize(text):
            words = sentences.setdefault(word.sentence, [])
            if words and word.clause != clause:
                words.append(",")
            words.append(_MEDICINE if word.text in self._brands else word.text)
            clause = word.clause
        return [f" {' '.join(words)} " for words in sentences.values()]

    def _compile(self, pattern: str) -> Pattern[str]:
        tokens = pattern.split()
        parts = [STARTS[tokens.pop(0)] if tokens[0] in STARTS else " "]
        for token in tokens:
            gap = GAPS.get(token)
            parts.append(rf"(?:\S+ ){{0,{gap}}}?" if gap else self._alternatives(token))
        return re.compile("".join(parts))

    def _alternatives(self, token: str) -> str:
        named = _NAMES.match(token)
        names: Sequence[str] = named[1].split("|") if named else ()
        words = [self._words.get(name, name) for name in names] or [token]
        for upper in PLACEHOLDERS.values():
            words = [word.replace(upper, _placeholder(upper)) for word in words]
        return f"(?:{'|'.join(words)}) ".replace("_", " ")
