"""What a room is, without a store: actions, answers, codes, limits."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moeviz.errors import MoevizError
from moeviz.rooms.agenda import Agenda
from moeviz.rooms.answers import BINS, read_answer, together
from moeviz.rooms.codes import LETTERS, digest, fits, new_code, new_key, read_code
from moeviz.rooms.errors import RoomError
from moeviz.rooms.limits import Buckets, Guesses, connection_of
from moeviz.rooms.plain import bare, plain
from moeviz.rooms.state import ACTIONS, State, acted
from moeviz.rooms.step import Step
from moeviz.ruler import verdict

SLOPE = Step("slope", "How steep?", "slope", low=-2.0, high=0.5, by=0.05)
NUMBER = Step("number", "How many?", "number", low=0.0, high=100.0, by=1.0)
CHOICE = Step("choice", "Which?", "choice", options=(("a", "cosine"), ("b", "linear")))
ORDER = Step("order", "In which order?", "order", options=(("a", "A"), ("b", "B"), ("c", "C")))
LOOK = Step("look", "Look", page="gates?v=2&beta=1,0")
AGENDA = Agenda("A lesson", "lessons?lesson=gauge", (LOOK, SLOPE, NUMBER, CHOICE, ORDER))

JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@given(st.lists(st.tuples(st.sampled_from([*ACTIONS, "root"]), JSON | st.integers(-1, 6))))
def test_whatever_is_asked_of_a_room_it_stands_at_one_of_its_steps(actions):
    state = State()
    for action, value in actions:
        before = state
        try:
            state = acted(state, AGENDA, action, value)
        except RoomError:
            assert state == before
    assert 0 <= state.at < len(AGENDA.steps)
    assert len(set(state.revealed)) == len(state.revealed)
    assert set(state.outcomes) <= set(state.revealed) >= set(state.jobs)
    assert State.from_json(json.loads(json.dumps(state.to_json()))) == state


def test_a_step_takes_answers_until_it_is_revealed_and_again_after_that_was_undone():
    led = acted(State(), AGENDA, "lead", 1)
    assert led.takes(SLOPE)
    assert not led.takes(LOOK)
    assert not acted(led, AGENDA, "pause").takes(SLOPE)
    shown = acted(led, AGENDA, "reveal", {"step": "slope", "outcome": {"low": -0.6, "high": -0.4}})
    assert not shown.takes(SLOPE)
    with pytest.raises(RoomError, match="not revealed yet"):
        acted(shown, AGENDA, "reveal")
    again = acted(shown, AGENDA, "undo")
    assert again == replace(led, turns={"slope": 1})
    assert again.takes(SLOPE)
    with pytest.raises(RoomError, match="nothing to undo"):
        acted(again, AGENDA, "undo")
    ended = acted(again, AGENDA, "end")
    for action in ACTIONS:
        with pytest.raises(RoomError, match="has ended"):
            acted(ended, AGENDA, action, 0)


def test_only_the_step_on_show_is_revealed_and_only_a_question():
    with pytest.raises(RoomError, match="has none"):
        acted(State(), AGENDA, "reveal")
    with pytest.raises(RoomError, match="another one"):
        acted(State(at=1), AGENDA, "reveal", {"step": "number"})


@given(JSON)
def test_no_plain_data_but_an_answer_is_taken_for_one(said):
    for step in (SLOPE, NUMBER, CHOICE, ORDER, LOOK):
        try:
            content = read_answer(step, said)
        except RoomError:
            continue
        assert step.asks
        assert read_answer(step, content) == content
        assert together(step, [content])["count"] == 1


def test_answers_are_rounded_to_the_steps_and_refused_outside():
    assert read_answer(SLOPE, -0.5234) == -0.5
    assert read_answer(NUMBER, 7) == 7.0
    assert read_answer(ORDER, ["c", "a", "b"]) == ("c", "a", "b")
    for step, said in [
        (SLOPE, -2.01), (SLOPE, math.nan), (SLOPE, 10**400), (SLOPE, True), (SLOPE, "-0.5"),
        (NUMBER, -1), (CHOICE, "c"), (CHOICE, ["a"]), (ORDER, ["a", "b"]),
        (ORDER, ["a", "b", "b"]), (ORDER, ["a", "b", ["c"]]), (LOOK, 1),
    ]:  # fmt: skip
        with pytest.raises(RoomError, match="Expected"):
            read_answer(step, said)


@given(st.lists(st.integers(0, 100)))
def test_a_histogram_holds_every_number_once(values):
    said = together(NUMBER, [float(value) for value in values])
    bars = said["bars"]
    assert len(bars) <= BINS
    assert sum(count for *_, count in bars) == said["count"] == len(values)
    for low, high, count in bars:
        assert count == sum(low <= value < high for value in values)


def test_who_was_right_is_a_number_and_nobody_is_where_nothing_came_out():
    contents = [-0.5, -0.45, -1.0]
    assert together(SLOPE, contents)["right"] is None
    said = together(SLOPE, contents, {"low": -0.55, "high": -0.45})
    assert said == {
        "count": 3, "right": 2, "near": 0, "judged": {"right": [-0.5, -0.45], "near": []},
        "fan": [[-1.0, 1], [-0.5, 1], [-0.45, 1]],
    }  # fmt: skip
    near = together(SLOPE, contents, {"value": -0.6, "low": -0.65, "high": -0.55, "near": 0.15})
    assert (near["right"], near["near"], near["judged"]["near"]) == (0, 2, [-0.5, -0.45])
    assert verdict("a", {"right": "a"}) == "right"
    assert verdict(("a", "b", "c"), {"right": ["c", "b", "a"]}) == "wrong"
    told = {"right": ["b", "a", "c"], "told": [["b", "a"], ["b", "c"]]}
    assert verdict(("b", "c", "a"), told) == "right"
    assert verdict(("a", "b", "c"), told) == "near"
    assert verdict("a", {"words": "nobody knows"}) == verdict("a", None) == "unknown"
    assert together(ORDER, [("a", "b", "c")] * 2 + [("c", "a", "b")])["bars"] == [
        ["a>b>c", 2],
        ["c>a>b", 1],
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"id": "A b"}, {"id": ""}, {"title": " "}, {"title": "x" * 401}, {"kind": "exec"},
        {"page": "https://elsewhere.example"}, {"page": "//elsewhere"}, {"page": "javascript:1"},
        {"title": "\u202eevil"}, {"title": "\ud800"}, {"notes": None},
        {"kind": "choice", "options": (("a", "A"),)},
        {"kind": "choice", "options": (("a", "A"), ("a", "B"))},
        {"kind": "number", "low": 1.0, "high": 1.0}, {"kind": "number", "by": 0.0},
        {"kind": "number", "high": math.inf}, {"kind": "number", "by": 1e-9},
        {"kind": "number", "low": 10**400, "high": 10**401, "by": 1}, {"low": True, "high": 5},
        {"sizes": (1, 10**400)}, {"by": 10**400}, {"low": math.nan},
    ],
)  # fmt: skip
def test_what_is_no_step_is_refused(change):
    with pytest.raises(MoevizError, match="Expected"):
        replace(SLOPE, **change).checked()


def test_an_agenda_comes_back_from_its_plain_data():
    data = json.loads(json.dumps(AGENDA.to_json()))
    assert Agenda.from_json(data) == AGENDA
    assert "notes" not in SLOPE.public()
    for bad in (None, [], {"steps": []}, {"steps": [{}]}, {"steps": [{"id": "a", "x": 1}]},
                {"title": "", "link": "", "steps": [SLOPE.to_json()] * 2}):  # fmt: skip
        with pytest.raises(RoomError):
            Agenda.from_json(bad)


def test_codes_have_no_look_alikes_and_keys_fit_only_themselves():
    codes = {new_code() for _ in range(200)}
    assert len(codes) == 200
    assert set("".join(codes)) <= set(LETTERS)
    assert not set("ILOQU") & set(LETTERS)
    code = codes.pop()
    assert read_code(f" {code[:3].lower()} {code[3:]} ") == code
    assert read_code("KWAVT1") is read_code("") is read_code("K" * 7) is None
    key, other = new_key(), new_key()
    assert fits(key, digest(key))
    assert not fits(other, digest(key))
    assert not fits("", digest(""))
    assert len(key) * 6 >= 128


def test_codes_cannot_be_guessed_at_a_useful_rate():
    """A day of guessing from two hundred connections finds a room with a chance below 1 in 1000."""
    clock, tried = Clock(), 0
    guesses = Guesses(clock)
    for second in range(0, 86_400, 600):
        clock.now = 1000.0 + second
        for host in range(200):
            while guesses.may(str(host)):
                guesses.wrong(str(host))
                tried += 1
    assert 0 < tried / len(LETTERS) ** 6 < 1 / 1000
    assert guesses.may("a class that comes anew")


def test_one_connection_waits_after_a_few_wrong_codes_and_others_do_not():
    clock = Clock()
    guesses = Guesses(clock)
    for _ in range(20):
        assert guesses.may("a")
        guesses.wrong("a")
    assert not guesses.may("a")
    assert guesses.may("b")
    clock.now += 15.1
    assert guesses.may("a")


def test_a_bucket_gives_what_flows_into_it():
    clock = Clock()
    bucket = Buckets(3, 0.5, clock)
    assert [bucket.take("a") for _ in range(4)] == [True, True, True, False]
    clock.now += 2.0
    assert [bucket.take("a"), bucket.take("a"), bucket.take("b")] == [True, False, True]


def test_a_connection_is_an_address_or_a_network_of_ipv6():
    assert connection_of("10.0.0.7") == connection_of("::ffff:10.0.0.7") == "10.0.0.7"
    assert connection_of("2001:db8::1") == connection_of("2001:db8::ffff") != "2001:db8::1"
    assert connection_of("testclient") == "testclient"


def test_marks_of_bold_and_emphasised_parts_are_left_out_where_nothing_is_drawn():
    assert bare("the **direction** of *each* β, 2 * 3") == "the direction of each β, 2 * 3"


def test_formulas_are_written_in_letters_where_nothing_is_typeset():
    tex = r"**so** $\beta_1^\top\, \partial H / \partial \beta_1 = 0$ ($d = 2$), [more](gates) n"
    assert plain(tex) == "**so** β₁ᵀ ∂ H / ∂ β₁ = 0 (d = 2), more n"
    assert plain(r"$n^{-1/2}$, $x^{2}$, $\|x\|$") == "n^(-1/2), x², ‖x‖"
    assert plain("costs $5") == "costs $5"
