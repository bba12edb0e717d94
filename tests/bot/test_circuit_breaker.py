"""The breaker: after some failures in a row, one call for each pause."""

from bot.circuit_breaker import CircuitBreaker


class Clock:
    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        return self.time


def make() -> tuple[CircuitBreaker, Clock]:
    clock = Clock()
    return CircuitBreaker(max_failures=3, pause_s=5.0, now=clock), clock


def test_failures_in_a_row_open_it():
    breaker, _ = make()
    for _ in range(2):
        breaker.fail()
    breaker.succeed()
    for _ in range(2):
        breaker.fail()
    assert breaker.allows_call()

    breaker.fail()
    assert breaker.is_open
    assert not breaker.allows_call()


def test_one_call_is_let_through_for_each_pause():
    breaker, clock = make()
    for _ in range(3):
        breaker.fail()
    clock.time += 4.9
    assert not breaker.allows_call()

    clock.time += 0.2
    assert [breaker.allows_call() for _ in range(3)] == [True, False, False]
    clock.time += 5.0
    assert [breaker.allows_call() for _ in range(2)] == [True, False]


def test_one_that_succeeds_closes_it():
    breaker, clock = make()
    for _ in range(5):
        breaker.fail()
    clock.time += 5.0
    assert breaker.allows_call()
    breaker.succeed()

    assert [breaker.allows_call() for _ in range(3)] == [True, True, True]
