"""The model as set, typeset, and the cards of its parts."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from moeviz.charts.card_words import WORDS
from moeviz.charts.cards import REGIMES, REGISTRIES, STUDY, all_cards
from moeviz.charts.formula import model_formula
from moeviz.model import EXPERTS, GATES, SCORES
from moeviz.study import PRESETS, Specification
from tests.support import COMBINATIONS

UNNAMED = {"e", "N", "p", "i", "j", "ℓ"}
"""Letters that are no symbols of a model: constants, kinds of density, and what runs in a sum."""


def study(**fields) -> Specification:
    return PRESETS["lab"].build(fields)


def typeset(spec: Specification) -> ElementTree.Element:
    return ElementTree.fromstring(f"<div>{model_formula(spec)}</div>")


def meanings(spec: Specification) -> dict[str, str]:
    rows = typeset(spec).iter("mrow")
    return {row.get("data-key"): row.get("data-meaning") for row in rows if row.get("data-key")}


def letters(element: ElementTree.Element) -> set[str]:
    """Letters outside of symbols with a meaning, but names of functions."""
    if element.get("data-meaning"):
        return set()
    children = list(element)
    found = set()
    for child, after in zip(children, [*children, None][1:], strict=True):
        applied = after is not None and after.text == "\u2061"
        found |= {child.text} if child.tag == "mi" and not applied else letters(child)
    return found


def test_every_model_is_well_formed_and_names_its_symbols():
    for router, gate, expert, output in COMBINATIONS:
        spec = study(routers=(router,), gates=(gate,), experts=(expert,), output=output)
        assert letters(typeset(spec)) <= UNNAMED, (router, gate, expert, output)


def test_symbols_say_their_values():
    said = meanings(study(atoms=3, tau1=0.25, noise=0.3, dimension=4, low=-2.0))
    assert "τ1 = 0.25" not in said["β1i"]
    assert "τ1 = 0.25" in said["τ1"]
    assert "σ = 0.3" in said["ε"]
    assert "d = 4" in said["x"]
    assert "from -2 to 1" in said["x"]
    assert "4 numbers" in said["β1i"]
    assert "k = 3" in said["3"]
    assert "k* = 2" in said["3"]
    assert "slope" in said["ai"]


def test_a_matrix_says_how_many_entries_it_has():
    said = meanings(study(routers=("quadratic",), dimension=3))
    assert "6 numbers" in said["Ai"]
    assert "3 numbers" in said["β1i"]


def test_classes_have_experts_of_their_own():
    said = meanings(study(output="categorical", classes=3, experts=("linear",)))
    assert "C = 3" in said["c"]
    assert "class c" in said["aic"]


def test_what_is_compared_stands_side_by_side():
    spec = study(routers=("linear", "cosine"), gates=("softmax", "sigmoid"), experts=("relu",))
    names = [e.text for e in typeset(spec).iter("span") if e.get("class") == "moeviz-name"]
    titles = [SCORES["linear"].title, SCORES["cosine"].title]
    assert names == [*titles, GATES["softmax"].title, GATES["sigmoid"].title]


def test_a_foreign_source_of_the_data_is_named():
    text = model_formula(study(routers=("cosine",), data_router="linear", data_gate="sigmoid"))
    assert "router of the data, linear router" in text
    assert "gate of the data, sigmoid gate" in text


def test_a_typed_score_shows_what_was_typed():
    spec = study(routers=("custom",), score_formula="b1*tanh(x1) + b2*x2", experts=("ffn",))
    assert {"βi,1", "βi,2", "x1", "x2", "W1i", "W2i"} <= set(meanings(spec))


@pytest.mark.parametrize("field", [STUDY, *REGISTRIES, *REGIMES])
def test_every_choice_has_a_card(field):
    cards = all_cards()[field]
    assert len(cards) > 1
    for card in cards:
        assert card["title"], card["name"]
        assert card["words"].endswith((".", "?")), card["name"]
        for part in (card["formula"], card["picture"]):
            assert not part or ElementTree.fromstring(part) is not None
        assert card["picture"]
        assert bool(card["formula"]) == (field in ("routers", "gates", "experts", "output"))


def test_estimators_and_parts_of_models_say_what_they_do():
    assert set(WORDS["estimators"]) == set(REGISTRIES["estimators"])
    for field in ("routers", "gates", "experts", "output"):
        assert all(variant.does.endswith(".") for variant in REGISTRIES[field].values())


def test_pictures_differ_where_the_parts_do():
    for field in ("routers", "gates"):
        pictures = [card["picture"] for card in all_cards()[field] if card["name"] != "custom"]
        assert len(set(pictures)) >= len(pictures) - 1
    assert len({card["picture"] for card in all_cards()["experts"]}) >= len(EXPERTS) - 5


def test_the_cosine_router_does_not_see_length():
    lines = {
        name: ElementTree.fromstring(card["picture"])
        for card in all_cards()["routers"]
        if (name := card["name"]) in ("cosine", "perturbed-cosine")
    }
    paths = {name: [p.get("d") for p in svg[1:]] for name, svg in lines.items()}
    assert paths["cosine"][0] == paths["cosine"][1]
    assert paths["perturbed-cosine"][0] != paths["perturbed-cosine"][1]
