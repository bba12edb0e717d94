"""An answer that is looked for once, however many ask."""

import asyncio

from startup.probe import CachedProbe


def test_many_who_ask_make_one_look():
    looks = []

    async def look() -> bool:
        looks.append(1)
        await asyncio.sleep(0.01)
        return True

    async def run() -> list[bool]:
        recent = CachedProbe(look)
        return await asyncio.gather(*(recent.is_well() for _ in range(50)))

    assert asyncio.run(run()) == [True] * 50
    assert len(looks) == 1


def test_an_answer_is_kept_for_a_while():
    time, found = [0.0], [True, False]

    async def look() -> bool:
        return found.pop(0)

    async def run() -> list[bool]:
        recent, answers = CachedProbe(look, keep_s=1.0, now=lambda: time[0]), []
        for at in (0.0, 0.9, 1.1):
            time[0] = at
            answers.append(await recent.is_well())
        return answers

    assert asyncio.run(run()) == [True, True, False]


def test_a_look_that_takes_long_is_no_yes_and_is_not_made_twice():
    looks = []

    async def look() -> bool:
        looks.append(1)
        await asyncio.sleep(0.1)
        return True

    async def run() -> list[bool]:
        recent = CachedProbe(look, keep_s=0.0, timeout_s=0.02)
        answers = [await recent.is_well() for _ in range(3)]
        await asyncio.sleep(0.1)
        recent._keep_s = 60
        return [*answers, await recent.is_well()]

    assert asyncio.run(run()) == [False, False, False, True]
    assert len(looks) == 1
