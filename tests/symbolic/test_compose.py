"""Checks of one's own: what the lists offer can be decided, what they do not is refused."""

from __future__ import annotations

import itertools
import json

import pytest

from moeviz.errors import FormulaError, LimitError, MoevizError, SpecificationError
from moeviz.symbolic.request.answer import run_check
from moeviz.symbolic.request.compose import compose
from moeviz.symbolic.request.selection import CHECK_FIELDS, POINTS, TESTS, asked, validated

DECIDED = ("holds", "fails")


def composed(**selection):
    return run_check({"compose": selection})


@pytest.mark.parametrize("test", [t for t in TESTS if t != "relation"])
def test_every_test_decides_at_every_point(test):
    for point in POINTS:
        found = composed(
            test=test, point=point, expert="linear", gate="sigmoid", router="quadratic"
        )
        assert found["verdict"] in (*DECIDED, "undecided")
        assert found["agrees_with_paper"] is None
        json.dumps(found, allow_nan=False)


@pytest.mark.parametrize("test", TESTS)
def test_a_question_is_not_followed_by_a_colon(test):
    relation = {"relation": "1 : p1"} if test == "relation" else {}
    statement = compose({"test": test, **relation}).statement
    after = statement.removeprefix(TESTS[test])
    assert after.startswith(" " if TESTS[test].endswith("?") else ": ")


@pytest.mark.parametrize("name", CHECK_FIELDS["router"].options)
def test_every_router_can_be_composed(name):
    found = composed(router=name, dimension=2, test="first-order")
    assert found["verdict"] in DECIDED


@pytest.mark.parametrize("name", CHECK_FIELDS["expert"].options)
def test_every_expert_can_be_composed(name):
    for output in CHECK_FIELDS["output"].options:
        found = composed(expert=name, output=output, test="first-order")
        assert found["verdict"] in (*DECIDED, "undecided"), output


def test_another_seed_is_another_point_and_the_same_answer():
    answers, points = set(), set()
    for seed in range(3):
        found = composed(expert="tanh", seed=seed)
        answers.add(found["verdict"])
        points.add(json.dumps(found["tests"][0]["certificate"]["points"]))
    assert answers == {"holds"}
    assert len(points) == 3


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *itertools.product(("router", "gate", "expert", "output", "test", "point"), ("x", 3, None)),
        *((field.name, field.high + 1) for field in CHECK_FIELDS.values() if field.kind == "int"),
        *((field.name, field.low - 1) for field in CHECK_FIELDS.values() if field.kind == "int"),
        ("dimension", True),
        ("dimension", "1"),
        ("tau1", 0.0),
        ("tau1", float("nan")),
        ("tau2", -1),
        ("crowded", []),
        ("crowded", [3]),
        ("crowded", "1"),
        ("score_formula", 3),
        ("unheard", 1),
    ],
)
def test_what_is_not_offered_is_refused_with_a_sentence(field, value):
    with pytest.raises(SpecificationError, match="Expected") as refused:
        compose({field: value})
    assert len(str(refused.value)) < 600


def test_a_family_that_is_too_large_is_refused():
    with pytest.raises(LimitError, match="functions"):
        compose(
            {
                "router": "quadratic",
                "dimension": 3,
                "atoms": 3,
                "crowded": [1, 2, 3],
                "expert": "ffn",
                "hidden": 2,
            }
        )


def test_a_router_of_ones_own_is_decided_like_the_registered_one():
    own = composed(router="custom", score_formula="dot(b,x)/(norm(b)*norm(x))", dimension=2)
    known = composed(router="cosine", dimension=2)
    assert own["verdict"] == known["verdict"]
    assert (
        composed(
            router="custom",
            score_formula="tanh(b1*x1)",
            expert="custom",
            expert_formula="s1*t",
            test="first-order",
        )["verdict"]
        in DECIDED
    )


RELATIONS = [
    ({"router": "cosine", "dimension": 2}, "p1 : p1; p2 : p2", "holds"),
    ({"router": "cosine", "dimension": 2}, "p1 : p1; -p2 : p2", "fails"),
    ({"router": "perturbed-cosine", "dimension": 2}, "p1 : p1; p2 : p2", "fails"),
    ({"output": "gaussian", "expert": "linear"}, "1 : p4 p4; -2 : p5", "holds"),
    ({"output": "gaussian", "expert": "linear"}, "1 : p4 p4; -1 : p5", "fails"),
    ({"expert": "relu"}, "p3 : p3\np4 : p4\n-1 :", "holds"),
    ({"expert": "gelu"}, "p3 : p3\np4 : p4\n-1 :", "fails"),
    ({"expert": "linear"}, "1 : p1 p4; -1 : p3", "holds"),
    ({"expert": "tanh"}, "1 : p1 p4; -1 : p3", "holds"),
    ({"expert": "tanh"}, "1 : p1 p3; -1 : p3", "fails"),
]


@pytest.mark.parametrize(("selection", "text", "answer"), RELATIONS)
def test_typed_relations_are_decided(selection, text, answer):
    assert composed(test="relation", relation=text, **selection)["verdict"] == answer


def test_constants_of_a_typed_relation_are_found():
    found = composed(
        test="relation", relation="1 : p4 p4; ? : p5", output="gaussian", expert="linear"
    )
    constants = found["tests"][0]["certificate"]["constants"]
    assert list(constants.values()) == ["2"]
    none = composed(test="relation", relation="1 : p1; ? : p3", expert="tanh")
    assert none["verdict"] == "fails"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "p1",
        ":",
        "p1 : q",
        "p1 : p99",
        "p1 : p0",
        "p1 p1",
        "__import__('os') : p1",
        "p1 : __class__",
        "1e999 : p1",
        "p1 ** p2 : p1",
        "p1^99 : p1",
        "1/0 : p1",
        "1 : p1 p1 p1 p1",
        "? : p1",
        "? : p1; 2 : p2",
        "1 : p1;" * 20,
        "x" * 1_000_000,
        "p1 : p1\x00",
        "p１ : p1",
        "1 : p１",
        "((((((((((" * 50 + " : p1",
    ],
)
def test_absurd_relations_are_refused_with_a_sentence(text):
    with pytest.raises(MoevizError, match="Expected") as refused:
        composed(test="relation", relation=text)
    assert len(str(refused.value)) < 300


def test_a_request_must_ask_for_something():
    for request in ({}, {"claim": "C1", "compose": {}}, {"compose": 3}, {"other": 1}):
        with pytest.raises(SpecificationError):
            run_check(request)


def test_defaults_are_on_offer():
    for field in CHECK_FIELDS.values():
        assert field.check(field.default) == field.default
        assert field.read(field.write(field.default)) == field.default
        if field.kind == "choice":
            assert field.title(field.default)
    with pytest.raises(FormulaError):
        compose({"router": "custom", "score_formula": "x1.__class__"})


def test_no_gate_is_on_offer_that_leaves_experts_out():
    assert set(CHECK_FIELDS["gate"].options) == {"softmax", "sigmoid"}


def test_a_check_is_a_question_of_the_fields_that_apply():
    first = asked(validated({"test": "first-order"}))
    assert not {"crowded", "order", "relation", "tau1", "score_formula"} & set(first)
    assert asked(validated({}))["crowded"] == [1]
    router = {"router": "perturbed-cosine", "dimension": 2}
    assert asked(validated(router))["tau1"] == 0.5
    # A field that does not apply may say what it will, and makes no other check of it.
    assert compose({"tau1": 9.0, "relation": "p1"}).id == compose({}).id
    assert compose({"test": "first-order", "atoms": 1, "crowded": [3]}).id
