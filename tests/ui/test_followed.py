"""One study follows a person at a time, and none outlives the page that it follows."""

from __future__ import annotations

import pytest

from moeviz.errors import MoevizError
from moeviz.ui.shared import followed
from moeviz.ui.shared.followed import LEFT_AFTER, Followed
from moeviz.ui.shared.interest import Interest
from moeviz.ui.shared.person import person

ONE, OTHER, STRANGER = "a" * 16 + "1" * 16, "a" * 16 + "2" * 16, "b" * 16 + "3" * 16


class World:
    """Jobs that run, pages that are open, and what was cancelled."""

    def __init__(self) -> None:
        self.now = 0.0
        self.running: set[str] = set()
        self.open: set[str] = set()
        self.wishes: dict[str, set[str]] = {}
        self.interest = Interest(self.withdraw, lambda job: self.wishes.get(job, set()))
        self.followed = Followed(
            self.interest, self.running.__contains__, self.open.__contains__, lambda: self.now
        )

    def withdraw(self, job: str, who: str, keep: bool) -> bool:
        self.wishes[job].discard(who)
        if not self.wishes[job]:
            self.running.remove(job)
        return not self.wishes[job]

    def submit(self, job: str, visitor: str) -> None:
        with self.interest.asked(job, visitor):
            self.wishes.setdefault(job, set()).add(person(visitor))
            self.running.add(job)

    def follow(self, job: str, visitor: str) -> None:
        self.open.add(visitor)
        self.followed.take(job, visitor, visitor)
        self.submit(job, visitor)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(followed, "LOOK_EVERY", 3600.0)
    return World()


def test_a_newer_one_of_another_tab_takes_the_place(world):
    world.follow("x", ONE)
    world.follow("y", OTHER)
    assert world.running == {"y"}
    assert not world.followed.holds("x", ONE)
    assert world.followed.holds("y", OTHER)
    world.follow("z", STRANGER)
    assert world.running == {"y", "z"}


def test_two_tabs_may_follow_the_same(world):
    world.follow("x", ONE)
    world.follow("x", OTHER)
    assert world.running == {"x"}
    world.follow("y", ONE)
    assert world.running == {"y"}


def test_what_a_button_started_stays(world):
    world.submit("x", OTHER)
    world.follow("x", ONE)
    world.follow("y", ONE)
    world.submit("z", OTHER)
    world.follow("w", ONE)
    assert world.running >= {"x", "z", "w"}


def test_what_somebody_else_wants_goes_on(world):
    world.submit("x", STRANGER)
    world.follow("x", ONE)
    world.follow("y", OTHER)
    assert world.running == {"x", "y"}


def test_it_ends_soon_after_its_page(world):
    world.follow("x", ONE)
    world.followed.review()
    world.open.remove(ONE)
    world.now += LEFT_AFTER / 2
    world.followed.review()
    assert world.running == {"x"}
    world.open.add(ONE)  # The connection was lost, and is back.
    world.followed.review()
    world.open.remove(ONE)
    world.now += LEFT_AFTER / 2
    world.followed.review()
    assert world.running == {"x"}
    world.now += LEFT_AFTER
    world.followed.review()
    assert not world.running
    assert not world.followed._pages


def test_a_page_that_is_loaded_again_keeps_it(world):
    world.follow("x", ONE)
    world.open.remove(ONE)
    world.open.add(OTHER)
    world.submit("x", OTHER)
    world.followed.take("x", OTHER, OTHER)
    world.now += 2 * LEFT_AFTER
    world.followed.review()
    assert world.running == {"x"}
    assert world.followed.holds("x", OTHER)


def test_a_page_that_is_released_leaves_its_study_running(world):
    world.follow("x", ONE)
    world.followed.release(ONE)
    world.followed.release(STRANGER)
    world.open.clear()
    world.now += 2 * LEFT_AFTER
    world.followed.review()
    assert world.running == {"x"}


def test_looking_goes_on_where_a_study_cannot_be_cancelled(world, monkeypatch):
    def refuse(job: str, visitor: str) -> bool:
        raise MoevizError("Expected a folder, but it is shut; open it.")

    world.follow("x", ONE)
    world.open.clear()
    world.now += 2 * LEFT_AFTER
    monkeypatch.setattr(world.interest, "withdraw", refuse)
    world.followed.review()
    assert not world.followed._pages


def test_outside_of_a_server_every_page_is_there():
    assert followed._is_open("anything")
    assert not followed._goes_on("0" * 16)
    assert followed.session() == ""
