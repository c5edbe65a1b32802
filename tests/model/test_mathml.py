"""Formulas as MathML: well-formed, and with symbols that say what they are."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from moeviz.model.formula import FUNCTIONS, OPERATIONS, ROUTER, TYPED, UNITS, WEIGHT, parse_formula
from moeviz.model.formula.mathml import Mark, marked, mathml

MARKS = {"b": Mark("β", "1i", "gate vector"), "x": Mark("x", "", "input"), "s": Mark("s", "i")}


def read(content: str) -> ElementTree.Element:
    return ElementTree.fromstring(f"<math>{content}</math>")


def printed(text: str, kind=ROUTER) -> ElementTree.Element:
    return read(mathml(parse_formula(text, kind), MARKS))


def words(tree: ElementTree.Element) -> str:
    return "".join(tree.itertext()).replace("\u2061", "")


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("dot(b,x)", ROUTER, "β1i⊤x"),
        ("dot(b,x)/(norm(b)*norm(x))", ROUTER, "β1i⊤x‖β1i‖‖x‖"),
        ("quad(S,x) + dot(b,x)", ROUTER, "x⊤Sx+β1i⊤x"),
        ("-x1 - 2*x2 + 1/2", ROUTER, "−x1−2x2+12"),
        ("(x1 + 1)^3", ROUTER, "(x1+1)3"),
        ("x1^-2", ROUTER, "1x12"),
        ("exp(s)/sum(exp(s))", WEIGHT, "esi∑jesj"),
        ("sigmoid(s)*winner(s,2)", WEIGHT, "σ(si)1top 2(si)"),
        ("sqrt(abs(t))", UNITS, "|t|"),
        ("dot(s,softplus(t))", UNITS, "si⊤softplus(t)"),
        ("relu(t)", UNITS, "ReLU(t)"),
    ],
)
def test_what_a_formula_says(text, kind, said):
    assert words(printed(text, kind)) == said


def test_a_fraction_has_two_parts():
    (fraction,) = printed("dot(b,x)/(norm(b)*norm(x))").iter("mfrac")
    assert [words(part) for part in fraction] == ["β1i⊤x", "‖β1i‖‖x‖"]


def test_every_function_that_may_be_typed_is_printed_with_what_it_is_of():
    for name in TYPED:
        assert "x1" in words(printed(f"{name}(x1)")), name
        assert FUNCTIONS[name].typed


def test_every_operation_is_printed():
    examples = {
        "norm": ("norm(b)", ROUTER),
        "dot": ("dot(b,x)", ROUTER),
        "quad": ("quad(A,x)", ROUTER),
        "sum": ("sum(s)", WEIGHT),
        "winner": ("winner(s,1)", WEIGHT),
    }
    assert set(examples) == set(OPERATIONS)
    assert all(len(words(printed(*example))) > 1 for example in examples.values())


def test_a_symbol_says_what_it_is_at_all_its_places():
    symbols = [e for e in printed("dot(b,x)/norm(b)").iter("mrow") if e.get("data-meaning")]
    assert [s.get("data-meaning") for s in symbols] == ["gate vector", "input", "gate vector"]
    assert symbols[0].get("data-key") == symbols[2].get("data-key") != symbols[1].get("data-key")


def test_the_atom_of_a_sum_keeps_its_symbol():
    named = {"s": Mark("s", "i", "score")}
    tree = read(mathml(parse_formula("exp(s)/sum(exp(s))", WEIGHT), named))
    keys = [e.get("data-key") for e in tree.iter("mrow") if e.get("data-key")]
    assert keys == ["si", "si"]


def test_words_are_no_markup():
    (symbol,) = read(marked(Mark("<", "", 'a "<b>" & c')))
    assert symbol.get("data-meaning") == 'a "<b>" & c'
    assert words(symbol) == "<"


def test_what_is_no_tree_is_refused():
    with pytest.raises(TypeError, match="Expected a tree"):
        mathml("x", MARKS)
