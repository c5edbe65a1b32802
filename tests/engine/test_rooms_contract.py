"""What every store keeps of a room: each answer that was acknowledged, and nobody's name."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from databases import ask

from moeviz.engine import Store
from moeviz.rooms import doors, lectern
from moeviz.rooms.agenda import Agenda
from moeviz.rooms.codes import new_key
from moeviz.rooms.errors import NotAllowedError, RoomError, TooOftenError, UnknownRoomError
from moeviz.rooms.export import answers_csv
from moeviz.rooms.hall import Hall
from moeviz.rooms.step import Step

SLOPE = Step("slope", "How steep?", "slope", notes="Half will say -1/2.")
CHOICE = Step("choice", "=Which?", "choice", options=(("a", "cosine"), ("b", "linear")))
AGENDA = Agenda("A lesson", "lessons?lesson=slow", (SLOPE, CHOICE))
MARKUP = "<img src=x onerror=alert(1)>"


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make_hall(make_store: Callable[[], Store], clock: Clock) -> Callable[[], Hall]:
    return lambda: Hall(make_store(), clock)


def test_a_room_goes_through_its_steps_and_another_server_knows_all_of_it(
    make_hall: Callable[[], Hall], clock: Clock
):
    hall = make_hall()
    code, key = hall.lectern.open(AGENDA)
    token, anna = hall.doors.join(code.lower(), MARKUP)
    other, bernd = hall.doors.join(code)
    assert (anna.number, anna.nickname, bernd.nickname) == (1, MARKUP[:24], "")
    assert hall.doors.join(code, token=token) == (token, anna)
    hall.doors.answer(code, token, "slope", -1.0)
    clock.now += 1.0
    hall.doors.answer(code, token, "slope", -0.5)
    hall.doors.answer(code, other, "slope", 0)
    seen = hall.books.view(code, lambda room: room.public(2))
    assert (seen["count"], seen["together"], seen["outcome"]) == (2, None, None)
    assert "Half" not in str(seen)
    led = hall.books.view(code, lambda room: room.told(2, [anna.nickname]))
    assert led["together"]["fan"] == [[-0.5, 1], [0.0, 1]]
    assert led["notes"] == SLOPE.notes

    again = make_hall()  # As after the end of the program, however it ended.
    room, found = again.doors.member(code, token)
    assert room.own(found) == {
        "code": code, "nickname": MARKUP[:24],
        "answers": {"slope": {"content": -0.5, "verdict": "unknown"}},
    }  # fmt: skip
    outcome = {"low": -0.6, "high": -0.4, "words": "about one over the root"}
    again.lectern.act(code, key, "reveal", {"step": "slope", "outcome": outcome})
    with pytest.raises(RoomError, match="not now"):  # The first server's copy is an old one.
        hall.doors.answer(code, token, "slope", -2.0)
    hall.books.sync(code)
    seen = hall.books.view(code, lambda room: room.public(2))
    assert (seen["together"]["right"], seen["outcome"]) == (1, outcome)
    hall.lectern.act(code, key, "lead", 1)
    with pytest.raises(RoomError, match="not now"):
        again.doors.answer(code, token, "slope", 0.0)
    again.doors.answer(code, token, "choice", "a")
    hall.books.sync(code)
    assert hall.books.view(code, lambda room: room.public(2))["count"] == 1
    hall.lectern.act(code, key, "end")

    rows = list(csv.reader(io.StringIO(answers_csv(make_hall().books.found(code)))))
    assert rows[1:] == [
        ["1", "How steep?", "slope", "-0.5", "yes", "0"],
        ["1", "How steep?", "slope", "0", "no", "0"],
        ["2", "'=Which?", "choice", "cosine", "", "0"],
    ]
    assert make_hall().books.found(code).members[anna.token].nickname == ""
    with pytest.raises(UnknownRoomError):
        again.doors.join(code)


def test_answers_of_forty_and_the_lecturer_at_once_are_all_kept(make_hall: Callable[[], Hall]):
    hall, second = make_hall(), make_hall()
    code, key = hall.lectern.open(AGENDA)
    tokens = [hall.doors.join(code)[0] for _ in range(40)]
    failed: list[Exception] = []

    def say(place: int) -> None:
        try:
            (hall, second)[place % 2].doors.answer(code, tokens[place], "slope", -0.05 * place)
        except Exception as error:
            failed.append(error)

    saying = [threading.Thread(target=say, args=(place,)) for place in range(40)]
    for thread in saying:
        thread.start()
    hall.lectern.act(code, key, "hide")
    for thread in saying:
        thread.join()
    assert failed == []
    room = make_hall().books.found(code)
    found = sorted(answer.content for answer in room.answers["slope"].values())
    assert found == [pytest.approx(-0.05 * place) for place in reversed(range(40))]
    assert room.state.hidden


def test_only_the_key_leads_and_a_student_has_none(make_hall: Callable[[], Hall]):
    hall = make_hall()
    code, key = hall.lectern.open(AGENDA)
    token, _ = hall.doors.join(code)
    for wrong in (token, "", code, new_key(), key[:-1], key + "a"):
        for action in ("reveal", "end", "lead"):
            with pytest.raises(NotAllowedError):
                hall.lectern.act(code, wrong, action, 1)
        with pytest.raises(UnknownRoomError):
            hall.doors.answer(code, wrong if wrong != token else key, "slope", 0)
    with pytest.raises(NotAllowedError):
        hall.lectern.act("KWAVTR" if code != "KWAVTR" else "KWAVTS", key, "end")
    assert hall.lectern.act(code, key, "pause").state.paused
    with pytest.raises(RoomError, match="not now"):
        hall.doors.answer(code, token, "slope", 0)


def test_a_question_that_is_asked_on_the_spot_comes_next(make_hall: Callable[[], Hall]):
    hall = make_hall()
    code, key = hall.lectern.open(AGENDA)
    step = {"id": "asked-1", "title": "How many?", "kind": "number", "low": 0, "high": 9, "by": 1}
    room = hall.lectern.act(code, key, "ask", step)
    assert (room.step.title, len(room.agenda.steps)) == ("How many?", 3)
    token, _ = make_hall().doors.join(code)
    assert hall.doors.answer(code, token, "asked-1", 7)[1] == 7.0
    with pytest.raises(RoomError, match="different names"):
        hall.lectern.act(code, key, "ask", step)
    with pytest.raises(RoomError):
        hall.lectern.act(code, key, "ask", {"id": "x", "title": "y", "kind": "exec"})


def test_ten_thousand_joins_leave_the_room_unharmed(
    make_hall: Callable[[], Hall], clock: Clock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(doors, "MOST_MEMBERS", 80)
    hall = make_hall()
    code, key = hall.lectern.open(AGENDA)
    class_ = [hall.doors.join(code) for _ in range(3)]
    hall.doors.answer(code, class_[0][0], "slope", -0.5)
    here = {class_[1][1].number}
    came, refused = 0, 0
    for _ in range(10_000):
        try:
            hall.doors.join(code, "crowd", "10.0.0.9", here=here)
            came += 1
        except TooOftenError:
            refused += 1
    assert (came, came + refused) == (300, 10_000)
    room = make_hall().books.found(code)
    assert len(room.members) <= 80
    known = {member.number for member in room.members.values()}
    assert {class_[0][1].number, class_[1][1].number} <= known
    assert hall.doors.join(code, connection="10.0.0.10", token=class_[1][0])[1] == class_[1][1]
    clock.now += 60.0
    assert hall.doors.join(code, connection="10.0.0.10")[1].number > 300
    assert hall.lectern.act(code, key, "lead", 1).step == CHOICE


def test_answers_come_in_at_a_student_s_pace(make_hall: Callable[[], Hall], clock: Clock):
    hall = make_hall()
    code, _ = hall.lectern.open(AGENDA)
    token, _ = hall.doors.join(code)
    for _ in range(10):
        hall.doors.answer(code, token, "slope", -0.5, "10.0.0.9")
    with pytest.raises(TooOftenError):
        hall.doors.answer(code, token, "slope", -1.0, "10.0.0.9")
    assert hall.books.found(code).answers["slope"][1].content == -0.5
    clock.now += 1.0
    hall.doors.answer(code, token, "slope", -1.0, "10.0.0.9")


def test_wrong_codes_are_told_nothing_and_then_wait(make_hall: Callable[[], Hall]):
    hall = make_hall()
    code, _ = hall.lectern.open(AGENDA)
    for wrong in ["AAAAAA", "", "x", "'; --", "A" * 10_000, "\0"] * 3 + ["AAAAAB", "AAAAAC"]:
        with pytest.raises(UnknownRoomError):
            hall.doors.join(wrong, connection="10.0.0.9")
    with pytest.raises(TooOftenError):
        hall.doors.join(code, connection="10.0.0.9")
    assert hall.doors.join(code, connection="10.0.0.10")[1].number == 1


def test_a_room_closes_three_hours_after_its_lecturer_has_left(
    make_hall: Callable[[], Hall], clock: Clock
):
    hall = make_hall()
    code, key = hall.lectern.open(AGENDA)
    token, _ = hall.doors.join(code)
    clock.now += 2.9 * 3600
    hall.lectern.lecturer(code, key)
    clock.now += 2.9 * 3600
    assert hall.doors.member(code, token)[0].state.ended == ""
    clock.now += 0.2 * 3600
    hall.books.sync(code)
    assert hall.books.view(code, lambda room: room.public(0))["ended"] == "left"
    with pytest.raises(RoomError, match="has ended"):
        hall.lectern.act(code, key, "show")
    with pytest.raises(RoomError, match="not now"):
        hall.doors.answer(code, token, "slope", 0)
    assert make_hall().books.found(code).state.ended == "left"


def test_rooms_are_few_and_are_forgotten_a_month_after_their_end(
    make_hall: Callable[[], Hall], clock: Clock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(lectern, "MOST_ROOMS", 2)
    hall = make_hall()
    opened = [hall.lectern.open(AGENDA) for _ in range(2)]
    with pytest.raises(RoomError, match="end one first"):
        hall.lectern.open(AGENDA)
    code, key = opened[0]
    token, _ = hall.doors.join(code)
    hall.doors.answer(code, token, "slope", 0)
    hall.lectern.act(code, key, "end")
    clock.now += 29 * 86_400.0
    hall.lectern.open(AGENDA)
    assert code in {room["code"] for room in hall.lectern.listed()}
    clock.now += 2 * 86_400.0
    hall.lectern.open(AGENDA)
    assert code not in {room["code"] for room in hall.lectern.listed()}
    assert make_hall().books.find(code) is None


def test_a_connection_opens_rooms_now_and_then(make_hall: Callable[[], Hall]):
    hall = make_hall()
    for _ in range(6):
        hall.lectern.open(AGENDA, "10.0.0.9")
    with pytest.raises(TooOftenError):
        hall.lectern.open(AGENDA, "10.0.0.9")
    assert len(hall.lectern.listed()) == 6


def test_the_store_holds_no_key(tmp_path: Path):
    store = Store(tmp_path)
    hall = Hall(store)
    code, key = hall.lectern.open(AGENDA)
    token, _ = hall.doors.join(code)
    kept = str(ask(store, "SELECT * FROM rooms") + ask(store, "SELECT * FROM members"))
    assert code in kept
    assert key not in kept
    assert token not in kept
