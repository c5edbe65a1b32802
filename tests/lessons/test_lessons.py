"""Lessons: their numbers are the library's and the kept results', and their words follow them."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import torch

from moeviz.charts.closeness_atoms import KINDS
from moeviz.charts.gates import COSINE, LINEAR
from moeviz.charts.gates_formula import movement
from moeviz.errors import SpecificationError
from moeviz.lessons import LESSONS
from moeviz.lessons.answers import (
    answer_text,
    judged,
    read_answer,
    right_option,
    right_words,
    said_of,
    why_unknown,
    with_guess,
)
from moeviz.lessons.blocks import Check, If, Look
from moeviz.lessons.conditions import holds, read_condition
from moeviz.lessons.facts import CurveKey, OfCells, OfCurve, OfTraining
from moeviz.lessons.filled import PLACE, filled, written
from moeviz.lessons.questions import Choice, Item, Number, Order
from moeviz.lessons.reader import looked_up, notes, words_of
from moeviz.lessons.results import Shipped
from moeviz.lessons.training_facts import places_of
from moeviz.study.kept import kept_result
from moeviz.theory.losses import LOSSES
from tests.support import of_every

FACTS = {name: looked_up(lesson) for name, lesson in LESSONS.items()}

SLOW = CurveKey("cosine", "angular", "pinned")


def texts(lesson) -> list[str]:
    """All words of a lesson in which facts may stand."""
    return [words for step in lesson.steps for words in words_of(step)]


def any_answer(question) -> str:
    """Some answer to a question."""
    if isinstance(question, Choice):
        return question.options[0].name
    if isinstance(question, Order):
        return ",".join(item.name for item in question.items)
    return str(question.low)


def test_the_lessons_that_ship_come_in_their_order():
    names = "gate gauge slow noise close trust sigmoid modified compete"
    assert list(LESSONS) == names.split()
    assert all(8 <= lesson.minutes <= 12 for lesson in LESSONS.values())


@of_every(LESSONS.values())
def test_every_place_of_a_text_has_its_fact(lesson):
    facts = FACTS[lesson.name]
    question = lesson.asks[0].question
    told = with_guess(facts, question, read_answer(question, any_answer(question)))
    said = [filled(words, told) for words in texts(lesson)]
    assert said
    for words in said:
        assert not re.search(r"no number|not finite|no answer", words), words
        assert not PLACE.search(words), words
    assert notes(lesson, facts) == []


@of_every(LESSONS.values())
def test_who_predicted_wrongly_is_told_what_is_right_at_once(lesson):
    for step in (step for step in lesson.steps if step.reveal is not None):
        question = lesson.step(step.reveal.of).question
        told = re.findall(r"\{([^}:]*)", step.reveal.wrong)
        assert {"answer", getattr(question, "fact", "")} & set(told)


@of_every(LESSONS.values())
def test_no_measured_number_is_typed(lesson):
    """What is typed are explanations, such as that 0 is flat, and formulas."""
    asked = {step.question.question for step in lesson.asks}
    typed = [PLACE.sub("", words) for words in texts(lesson) if words not in asked]
    assert [words for words in typed if re.search(r"\d[.,]\d\d|\d\d", words)] == []


@of_every(LESSONS.values())
def test_a_lesson_asks_before_it_reveals_and_its_answers_exist(lesson):
    ids = [step.id for step in lesson.steps]
    for number, step in enumerate(lesson.steps):
        if step.reveal is not None:
            assert ids.index(step.reveal.of) < number
    facts = FACTS[lesson.name]
    assert {step.kind for step in lesson.asks} == {"predict", "check"}
    for step in lesson.asks:
        question = step.question
        assert right_words(question, facts) is not None
        if isinstance(question, Number):
            assert question.low <= question.start <= question.high
            assert question.low <= float(facts[question.fact]) <= question.high


@of_every(LESSONS.values())
def test_nothing_answers_to_the_hand_before_the_prediction(lesson):
    first = next(n for n, step in enumerate(lesson.steps) if step.kind == "predict")
    before = [block for step in lesson.steps[: first + 1] for block in step.blocks]
    assert all(block.still for block in before if isinstance(block, Look) and block.picture)


@of_every(LESSONS.values())
def test_the_results_that_ship_are_as_the_lesson_expects(lesson):
    found = [block for step in lesson.steps for block in step.blocks if isinstance(block, If)]
    assert found
    assert all(holds(block.when, FACTS[lesson.name]) for block in found)


@of_every(LESSONS.values())
def test_what_a_lesson_runs_can_be_run(lesson):
    for run in lesson.runs:
        if run.what in ("study", "training"):
            one, other = (run.specification(seed) for seed in (2, 3))
            assert one.hash != other.hash != run.specification().hash
        else:
            assert run.specification().hash


def test_the_gauge_is_one_to_rounding_and_the_other_router_moves():
    facts = FACTS["gauge"]
    assert facts["longer.left"] < 1e-10
    assert facts["moved.right"] < 1e-10
    assert facts["longer.times"] == pytest.approx(3.0)
    setup = LESSONS["gauge"].facts["longer"].setup
    assert setup.models == ((COSINE, "softmax"), (LINEAR, "softmax"))
    assert facts["longer.right"] == pytest.approx(movement(setup, 1), abs=0.01)
    assert facts["longer.right"] > 0.1
    assert facts["moved.left"] > 0.01


def test_the_slow_lesson_says_the_kept_slopes():
    facts = FACTS["slow"]
    curve = SLOW.of(kept_result("cosine-exact").result)
    slope = curve.slope
    assert (facts["angle.slope"], facts["angle.low"]) == (slope.estimate, slope.low)
    assert facts["angle.theory"] == curve.claim.exponent
    assert facts["all.times"] < 2 < facts["angle.times"]
    assert facts["printed.paper"] == -0.11


def test_a_softmax_moves_the_others_and_a_sigmoid_does_not():
    facts = FACTS["gate"]
    assert facts["longer.left_others"] > 0.1
    assert facts["longer.right_others"] < 1e-12
    assert facts["longer.left_most"] == pytest.approx(1.0)
    assert facts["longer.right_most"] > facts["longer.right_least"]
    assert FACTS["noise"]["pushed.right"] < 1e-12 < FACTS["noise"]["longer.right"]


def test_the_loss_of_the_pair_is_the_librarys():
    facts, kind = FACTS["close"], KINDS["softmax"]
    source = LESSONS["close"].facts["apart"]
    assert isinstance(source, OfCells)
    truth = kind.measure(kind.truth)
    for name, setup in (("first", source.first), ("second", source.second)):
        value = LOSSES[setup.losses[0]].evaluate(kind.measure(setup.fit), truth)
        torch.testing.assert_close(float(value), facts[f"apart.{name}"])
    assert facts["apart.ratio"] == pytest.approx(facts["apart.expected"])
    assert facts["split.first"] == 0.0


class Other(Shipped):
    """Results of another truth, on which all comes out otherwise."""

    def study(self, name):
        kept = super().study(name)
        truth = tuple(replace(one, reach=4.0 * (one.reach or 1.0)) for one in kept.result.truth)
        curves = tuple(map(turned_round, kept.result.curves))
        return replace(kept, result=replace(kept.result, curves=curves, truth=truth))

    def claim(self, name):
        proof = super().claim(name)
        mark = "fails" if proof.mark == "proved" else "proved"
        return replace(proof, mark=mark, condition="", repaired="")

    def protocol(self, name):
        kept = super().protocol(name)
        return replace(kept, result=replace(kept.result, cells=kept.result.cells[:7]))

    def training(self, name):
        kept = super().training(name)
        records = {
            run: [otherwise(each, 0.7 + 0.1 * (run.method + run.seed % 2)) for each in own]
            for run, own in kept.result.records.items()
        }
        return replace(kept, result=replace(kept.result, records=records))


def turned_round(curve):
    """A curve whose slope is another one, and whose errors are larger, all fits' alike."""
    slope = curve.slope
    if slope is not None:
        estimate, low, high = (0.3 - 0.4 * end for end in (slope.estimate, slope.high, slope.low))
        slope = replace(slope, estimate=estimate, low=low, high=high)
    mean = tuple(m and m * (1.0 + 0.07 * at) for at, m in enumerate(curve.mean, start=1))
    rows = zip(mean, curve.loss, strict=True)
    loss = tuple(tuple(each and m for each in row) for m, row in rows)
    return replace(curve, slope=slope, mean=mean, loss=loss)


def otherwise(record, share):
    """A checkpoint with another loss at its end."""
    final = record.get("final")
    return {**record, "final": final and {**final, "loss": share * final["loss"]}}


FIXED = {
    "theory", "paper", "source", "from", "to", "sizes", "fits", "more", "seed", "date", "name",
    "statement", "reference", "experts", "title", "beside", "unit", "steps", "seeds", "methods",
    "paper_other", "baseline", "power", "expected", "share",
}  # fmt: skip
"""What a design or a paper says, whatever comes out."""


@of_every(LESSONS.values())
def test_with_another_truth_every_measured_number_changes_and_with_it_its_sentence(lesson):
    facts, other = FACTS[lesson.name], looked_up(lesson, Other())
    measured = {
        f"{name}.{fact}"
        for name, source in lesson.facts.items()
        if isinstance(source, OfCurve | OfTraining) or hasattr(source, "claim")
        or hasattr(source, "figure")
        for fact in source.GIVES
        if fact not in FIXED
    }  # fmt: skip
    shown = [
        (words, found[0], found[1])
        for words in texts(lesson)
        for found in PLACE.finditer(words)
        if found[1] in measured
    ]
    stay = {name for _, _, name in shown if facts[name] is not None and facts[name] == other[name]}
    assert stay <= {f"{name}.together" for name in ("other",)} | {
        name for name in stay if name.endswith((".low", ".high")) and other[name] is None
    }
    for words, place, name in shown:
        if name not in stay:
            assert filled(place, facts) != filled(place, other) or abs(facts[name]) < 0.005, words


def test_with_another_truth_verdicts_and_sentences_turn_round():
    lesson = LESSONS["slow"]
    facts, other = FACTS["slow"], looked_up(lesson, Other())
    (reveal,) = (step.reveal for step in lesson.steps if step.reveal is not None)
    assert filled(reveal.rows["Measured"], facts) != filled(reveal.rows["Measured"], other)
    asks = lesson.step("predict")
    value = f"{other['angle.slope']:.2f}"
    assert asks.verdict(float(value), other) == "right"
    assert asks.verdict(asks.answer("-0.5"), facts) == "right"
    assert asks.verdict(asks.answer("-0.5"), other) == "wrong"
    (expects,) = (b for step in lesson.steps for b in step.blocks if isinstance(b, If))
    assert holds(expects.when, facts)
    assert not holds(expects.when, other)
    turned = [
        step.id
        for name, each in LESSONS.items()
        for step in each.asks
        if right_words(step.question, FACTS[name])
        != right_words(step.question, looked_up(each, Other()))
    ]
    assert len(turned) >= 8


def test_a_prediction_is_right_near_or_wrong():
    question, facts = LESSONS["slow"].step("predict").question, FACTS["slow"]
    value = facts["angle.slope"]
    said = [judged(question, round(value + off, 2), facts) for off in (0.0, 0.1, 0.5)]
    assert said == ["right", "near", "wrong"]
    assert judged(question, value, {**facts, "angle.slope": None}) == "unknown"
    choice = LESSONS["gauge"].step("predict").question
    right = right_option(choice, FACTS["gauge"])
    assert [judged(choice, o.name, FACTS["gauge"]) for o in choice.options].count("right") == 1
    assert judged(choice, right.name, FACTS["gauge"]) == "right"


def test_an_order_is_near_where_two_neighbours_change_places():
    items = tuple(Item(name, name, f"{name}.x") for name in "abcd")
    question = Order("?", items)
    facts = {"a.x": 1.0, "b.x": 2.0, "c.x": 2.0, "d.x": 3.0}
    said = {
        "a,b,c,d": "right",
        "a,c,b,d": "right",
        "b,a,c,d": "near",
        "a,b,d,c": "near",
        "d,b,c,a": "wrong",
    }
    for text, verdict in said.items():
        answer = read_answer(question, text)
        assert judged(question, answer, facts) == verdict, text
        assert answer_text(answer) == text
    assert judged(question, tuple("abcd"), {**facts, "a.x": None}) == "unknown"
    assert judged(replace(question, descending=True), tuple("dbca"), facts) == "right"


def test_two_whose_intervals_overlap_may_stand_either_way_in_an_order():
    items = tuple(Item(n, n, f"{n}.slope", (f"{n}.low", f"{n}.high")) for n in "abc")
    question = Order("?", items)
    facts = {
        "a.slope": -0.5, "a.low": -0.55, "a.high": -0.45,
        "b.slope": -0.15, "b.low": -0.2, "b.high": -0.1,
        "c.slope": -0.12, "c.low": -0.15, "c.high": -0.05,
    }  # fmt: skip
    said = {"abc": "right", "acb": "right", "bac": "near", "cab": "near", "bca": "wrong"}
    assert {text: judged(question, tuple(text), facts) for text in said} == said
    assert right_words(question, facts) == "a, then b, then c (“b” and “c” cannot be told apart)"
    falling = replace(question, descending=True)
    assert judged(falling, tuple("cba"), facts) == judged(falling, tuple("bca"), facts) == "right"
    none = {**facts, "a.high": 0.0}
    assert judged(question, tuple("abc"), none) == "unknown"
    assert right_words(question, none) is None
    assert "overlap" in why_unknown(question, none)
    check = Check(question, "Yes: {answer}.", "Nearly.", "It is {answer}.")
    assert said_of(check, question, tuple("abc"), none) == why_unknown(question, none)
    assert said_of(check, question, tuple("bac"), facts) == "Nearly."
    parted = {**facts, "c.low": -0.09}
    assert judged(question, tuple("acb"), parted) == "near"
    assert right_words(question, parted) == "a, then b, then c"


def test_an_order_of_slopes_is_judged_by_their_intervals_by_itself():
    question = LESSONS["noise"].step("check").question
    assert [item.between for item in question.items] == [
        (f"{item.fact.partition('.')[0]}.low", f"{item.fact.partition('.')[0]}.high")
        for item in question.items
    ]
    facts = {**FACTS["noise"], "as_printed.high": -0.14, "plain.low": -0.13}
    assert judged(question, ("pinned", "plain", "printed"), facts) == "near"
    facts["plain.low"] = -0.15
    assert judged(question, ("pinned", "plain", "printed"), facts) == "right"


@pytest.mark.parametrize("text", ["", "nan", "inf", "2", "-7", "abc", "1e999", "direction", "​"])
def test_an_answer_that_is_none_is_refused_in_a_sentence(text):
    for lesson in LESSONS.values():
        for step in lesson.asks:
            names = [option.name for option in getattr(step.question, "options", ())]
            if text in names or (text == "2" and step.question.kind == "number"):
                continue
            with pytest.raises(SpecificationError, match=r"Expected .* but got"):
                step.answer(text)
    with pytest.raises(SpecificationError, match=r"a number from -1 to 0\.5"):
        LESSONS["slow"].step("predict").answer(text)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("a.x <= 1", True),
        ("0 < a.x < 0.5", False),
        ("a.x = 1 and b.y = 'proved'", True),
        ("b.y != 'fails'", True),
        ("a.x <= b.y", False),
        ("c.z <= 1", False),
        ("-1 <= a.x <= 1 and a.x >= 1", True),
    ],
)
def test_a_condition_says_whether_it_holds(text, right):
    assert holds(read_condition(text), {"a.x": 1.0, "b.y": "proved", "c.z": None}) is right


@pytest.mark.parametrize(
    "text",
    ["", "1 < 2", "a.x", "a.x == 1", "a.x < b", "a.x < 1 or a.x > 2", "a.x.y < 1", "f(a.x) < 1",
     "a.x < __import__", "a.x < 1 < 2 < 3", "a.x < 9e999", " and ".join(["a.x < 1"] * 20)],
)  # fmt: skip
def test_what_is_no_condition_is_refused(text):
    with pytest.raises(SpecificationError, match="Expected"):
        read_condition(text)


def test_words_hold_nothing_but_facts():
    assert filled("{a.b} and {a.b:0}, {x y}", {"a.b": -1.25}) == "−1.25 and −1, {x y}"
    assert filled("{a.n} {a.none}", {"a.n": 1000, "a.none": None}) == "1,000 no number"
    assert written("as it is") == "as it is"
    assert filled("{a.times:0}", {"a.times": 29465.37}) == "29,465"
    assert written(-1234.567) == "−1,234.57"
    with pytest.raises(SpecificationError, match=r"known are a\.b"):
        filled("{a.c}", {"a.b": 1})


def test_a_result_that_is_missing_or_another_one_is_said():
    source = OfCurve("cosine-exact", SLOW)
    with pytest.raises(SpecificationError, match="there is none"):
        replace(source, study="no-such").facts(Shipped())
    with pytest.raises(SpecificationError, match="has none"):
        replace(source, key=replace(SLOW, router="linear")).facts(Shipped())


def test_of_a_comparison_those_methods_are_drawn_that_sources_ask_for_in_their_order():
    result = Shipped().training("compete-lm").result
    names = [method.text for method in result.spec.methods]
    sources = [
        OfCurve("cosine-exact", SLOW),
        OfTraining("compete-lm", "competesmoe", "xmoe"),
        OfTraining("compete-lm", "smoe", "xmoe"),
    ]
    assert [names[at] for at in places_of(sources, result)] == ["xmoe", "competesmoe", "smoe"]
    assert [*places_of(sources[:1], result)] == [0, 1, 2]


def test_of_a_training_those_are_drawn_that_a_lesson_holds_beside_each_other():
    lesson = LESSONS["compete"]
    result = Shipped().training("compete-lm").result
    names = [method.text for method in result.spec.methods]
    drawn = [names[place] for place in places_of([lesson.facts["lm"]], result)]
    assert drawn == ["smoe", "competesmoe"]
    assert list(places_of([lesson.facts["with"]], result)) == [0, 1, 2]
