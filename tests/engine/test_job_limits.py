"""How many jobs a visitor may have at once, and all together, and whose a job is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine_helpers import until
from inline import Inline
from toy_chains import Relay, Relays

from moeviz.engine import EngineError
from moeviz.engine.job_engine import JobEngine


class Crowd:
    """An engine in this process whose blocks wait until they may go on."""

    def __init__(self, root: Path) -> None:
        self.runner = Inline()
        self.runner.slots = 1
        self.go_on = threading.Event()
        self.runner.pause = lambda _: self.go_on.wait(30)
        self.engine = JobEngine([Relays()], root, self.runner, "cpu", most_each=3, most=5)

    def submit(self, number: int, visitor: str) -> str:
        return self.engine.submit(relay(number), visitor)


def relay(number: int) -> Relay:
    return Relay(teams=1, runners=number + 1)


@pytest.fixture
def crowd(tmp_path: Path) -> Iterator[Crowd]:
    made = Crowd(tmp_path)
    yield made
    made.go_on.set()
    made.engine.close()


def test_thirty_of_one_visitor_are_refused_with_a_sentence_that_says_what_to_do(crowd: Crowd):
    for number in range(3):
        crowd.submit(number, "a")
    for number in range(3, 30):
        with pytest.raises(EngineError, match=r"at most 3 relays .* wait until one has ended, or"):
            crowd.submit(number, "a")
    assert crowd.engine.look(relay(0)).active
    crowd.submit(4, "b")


def test_all_together_are_limited_too(crowd: Crowd):
    for number in range(5):
        crowd.submit(number, f"v{number}")
    with pytest.raises(EngineError, match=r"of all visitors at once.*in a minute"):
        crowd.submit(6, "another")


def test_who_does_not_say_who_they_are_is_not_limited(crowd: Crowd):
    for number in range(12):
        crowd.submit(number, "")
    assert crowd.engine.look(relay(11)).active


def test_asking_again_or_joining_another_is_not_one_more(crowd: Crowd):
    for number in range(3):
        crowd.submit(number, "a")
    assert crowd.submit(0, "a") == relay(0).hash
    crowd.submit(3, "b")
    assert crowd.submit(3, "a") == relay(3).hash, "it is under way anyway"
    assert not crowd.engine.withdraw(relay(3), "a")
    crowd.engine.cancel(relay(1))
    crowd.submit(4, "a")


def test_there_is_room_again_when_one_has_ended(crowd: Crowd):
    for number in range(3):
        crowd.submit(number, "a")
    crowd.go_on.set()
    for number in range(3):
        assert crowd.engine.wait(relay(number), timeout=30).state == "done"
    crowd.submit(3, "a")
    assert crowd.submit(0, "a") == relay(0).hash, "what is done can always be asked for"


def test_a_job_that_its_first_visitor_left_goes_on_for_others(crowd: Crowd):
    crowd.submit(5, "a")
    crowd.submit(5, "b")
    assert not crowd.engine.withdraw(relay(5), "a")
    crowd.go_on.set()
    assert crowd.engine.wait(relay(5), timeout=30).state == "done"


def test_where_a_job_stands_is_known(crowd: Crowd):
    crowd.submit(3, "a")
    until(lambda: crowd.engine.look(relay(3)).state == "running")
    crowd.submit(1, "b")
    crowd.submit(2, "b")
    until(lambda: crowd.engine.look(relay(2)).standing is not None)
    standings = [crowd.engine.look(relay(n)).standing for n in (3, 1, 2)]
    assert [standing.others for standing in standings] == [2, 2, 2]
    assert [standing.before for standing in standings] == [0, 0, 1]
    assert standings[0].wait == 0.0
    assert 0.0 <= standings[1].wait <= standings[2].wait
    crowd.go_on.set()
    for number in (1, 2, 3):
        assert crowd.engine.wait(relay(number), timeout=30).standing is None
