"""A library of ten passages and an encoder that needs no model."""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import hypothesis
import numpy as np
import pytest
from numpy.typing import NDArray

from knowledge.index import Index
from knowledge.indexing.build import build_index
from knowledge.settings import Settings

# No deadline: the first example of a run pays for imports. No database: nothing is left on disk.
hypothesis.settings.register_profile("knowledge", deadline=None, database=None, max_examples=50)
hypothesis.settings.load_profile("knowledge")

CORPUS = {
    "calcium": """\
---
title: Calcium in food
topic: calcium
publisher: The Library
url: https://library.example/calcium
checked: 2026-05-01
licence: CC BY 4.0
sources:
  - publisher: Bone Institute
    title: Calcium facts
    url: https://bone.example/calcium
---
## Which foods hold calcium?

Milk, yoghurt and sardines are rich in calcium. Green cabbage has some too. Spinach has little
that a body can use.

## How much calcium does an adult need each day?

<!-- also asked:
- what is my daily allowance
- dairy for pensioners
-->

Most adults need a gram of calcium each day. A doctor may ask for more after the age of seventy.
""",
    "falls": """\
---
title: Preventing falls
topic: falls
publisher: The Library
---
## How can a home be made safe?

Loose rugs are the first thing to go. Then look at the lights on the stairs. These steps cost
little and prevent many broken hips.

## Which shoes keep people steady?

Flat shoes with rubber soles grip wet pavements. Slippers without a back do not.
""",
    "scan": """\
---
title: Bone density scan
topic: bone_density_scan
publisher: The Library
---
## What happens during a DXA scan?

You lie on a padded table while an arm passes over you. It takes ten minutes. Nothing hurts.

## What does a T-score mean?

A T-score compares your density with that of a healthy thirty year old. Minus two and a half or
lower is called osteoporosis.
""",
    "steroids": """\
---
title: Steroid tablets
topic: steroids
publisher: The Library
---
## Why do steroids weaken the skeleton?

Steroids slow the cells that build new tissue. They also let calcium escape with the urine.

## May I stop taking prednisolone?

Never stop prednisolone suddenly. Ask the doctor who prescribed it first.
""",
    "exercise": """\
---
title: Exercise
topic: exercise
publisher: The Library
---
## Which sports make bones stronger?

Brisk walking, dancing and climbing load the legs. Swimming does not, though muscles enjoy it.

## When is exercise dangerous?

Bending forward with weights can crush a weak vertebra. A physiotherapist shows safer ways:

- Squat with a straight back.
- Push against a wall.
""",
}


@dataclass(frozen=True)
class FakeManifest:
    """Name and revision, as a real encoder has them."""

    name: str = "bag-of-words"
    revision: str = "1"


class FakeEncoder:
    """Counts words into hashed dimensions: the same words, in any order, are the same vector."""

    def __init__(self, *, name: str = "bag-of-words", revision: str = "1", dim: int = 512) -> None:
        self.manifest = FakeManifest(name, revision)
        self.dim = dim

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        counts = np.zeros((len(texts), self.dim), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()) or ["nothing"]:
                counts[row, zlib.crc32(word.encode()) % self.dim] += 1
        return counts / np.linalg.norm(counts, axis=1, keepdims=True).clip(1e-9)

    def encode_with_pieces(
        self, text: str
    ) -> tuple[NDArray[np.float32], list[tuple[int, int, float]]]:
        words = list(re.finditer(r"\w+", text))
        return self.encode([text])[0], [(*word.span(), 1 / len(words)) for word in words]


@pytest.fixture(scope="session")
def make_encoder() -> type[FakeEncoder]:
    return FakeEncoder


@pytest.fixture(scope="session")
def encoder() -> FakeEncoder:
    return FakeEncoder()


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory, encoder: FakeEncoder) -> Settings:
    """Settings of a library that is built. Tests that change a file change a copy of it."""
    root = tmp_path_factory.mktemp("library")
    settings = Settings(documents=(root / "documents",), index=root / "knowledge.db")
    settings.documents[0].mkdir()
    for stem, text in CORPUS.items():
        (settings.documents[0] / f"{stem}.md").write_text(text, encoding="utf-8")
    build_index(settings, encoder).close()
    return settings


@pytest.fixture(scope="session")
def index(library: Settings) -> Index:
    return Index.load(library.index)
