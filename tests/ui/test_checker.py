"""The checker's page without a browser: links, forms, verdicts of every kind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from moeviz.engine import Check, Snapshot, UnknownJobError
from moeviz.engine.checks.check import Checks
from moeviz.errors import SpecificationError
from moeviz.model import SCORES
from moeviz.symbolic.catalogue import CATALOGUE
from moeviz.symbolic.certificates.latex import verdict_latex
from moeviz.symbolic.questions.spot import with_spots
from moeviz.symbolic.request.answer import verdict_of
from moeviz.symbolic.request.selection import validated
from moeviz.ui.checker import page as checker_page
from moeviz.ui.checker.link import CHECKER, composed, plain_request, request_of
from moeviz.ui.checker.page import claim_label
from moeviz.ui.checker.words import agreement, answer_words
from moeviz.ui.shared import session
from moeviz.ui.shared.interest import Interest
from moeviz.ui.shared.typeset import mixed, shortened
from tests.ui.still import StillEngine, said, visit

PAGE = "pages/lab/checker.py"

KINDS = {
    "relation": "S1.d2",
    "counter-sequence": "S13.p1",
    "determinant": "C5.tanh.d1",
    "dual matrix": "C8.over.tanh",
    "identity": "C1.d2",
    "value": "C3.d2",
    "enclosure": "S12.limit",
}
"""A claim for every kind of certificate."""


def view(
    check: Check, state: Any, verdict: Any = None, message: str = "", seconds: float = 0.0
) -> Snapshot:
    """A check as it might stand."""
    results = {} if verdict is None else {"verdict": {"verdict": verdict, "final": True}}
    return Snapshot(
        job_id=check.hash,
        state=state,
        done=len(results),
        total=1,
        fraction=float(len(results)),
        seconds=seconds,
        seconds_left=None,
        message=message,
        spec=check,
        results=results,
        version=0,
        device="cpu",
        kind=Checks(),
    )


@dataclass
class StillChecker:
    """Remembers what it is asked for; its checks stand still."""

    views: dict[str, Snapshot] = field(default_factory=dict)
    submitted: list[Any] = field(default_factory=list)
    cancelled: list[Any] = field(default_factory=list)

    def submit(self, check: Check) -> str:
        self.submitted.append(check.request)
        self.views.setdefault(check.hash, view(check, "waiting"))
        return check.hash

    def look(self, check: Check | str) -> Snapshot:
        try:
            return self.views[check if isinstance(check, str) else check.hash]
        except KeyError:
            raise UnknownJobError(f"Expected a known check, but got {check}.") from None

    def cancel(self, name: str) -> None:
        check = self.views[name].spec
        self.cancelled.append(check.request)
        self.views[name] = view(check, "cancelled")

    def has(self, request: Any, state: Any, **more: Any) -> None:
        check = Check(request)
        self.views[check.hash] = view(check, state, **more)

    def close(self) -> None:
        pass


@pytest.fixture
def checker(still: StillEngine, monkeypatch: pytest.MonkeyPatch) -> Iterator[StillChecker]:
    standing = StillChecker()
    monkeypatch.setattr(session, "Checker", lambda: standing)
    session.checker.clear()
    yield standing
    session.checker.clear()


@pytest.fixture(scope="session")
def verdicts() -> dict[str, dict[str, Any]]:
    return {
        kind: json.loads(json.dumps(with_spots(verdict_of({"claim": name}))))
        for kind, name in KINDS.items()
    }


def page(**params: str) -> AppTest:
    app = visit(PAGE, **params)
    assert not app.exception
    return app


def labels(app: AppTest) -> set[str]:
    widgets = (*app.selectbox, *app.number_input, *app.text_input, *app.multiselect)
    return {widget.label for widget in widgets}


def test_nothing_is_computed_before_check_is_pressed(checker):
    app = page(claim="C1.d2")
    assert not checker.submitted
    assert "Press **Check**" in said(app.info)
    assert "Cosine paper" in said(app.markdown)
    app.button(key="checker.run").click().run()
    assert not app.exception
    assert checker.submitted == [{"claim": "C1.d2"}]
    assert app.query_params == {"claim": "C1.d2", "v": "1"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_verdict_of_every_kind_is_shown(checker, verdicts, kind):
    verdict = verdicts[kind]
    shown = {t["certificate"]["kind"] for t in verdict["tests"]}
    assert {"enclosure": "value"}.get(kind, kind) in shown
    checker.has({"claim": KINDS[kind]}, "done", verdict=verdict)
    app = page(claim=KINDS[kind])
    assert not app.error
    assert app.header[0].value == answer_words(verdict["verdict"])
    assert agreement(verdict) in said(app.markdown)
    assert len(app.subheader) == len(verdict["tests"]) + len(
        verdict["repair"]["tests"] if verdict["repair"] else ()
    )
    downloads = [each.label for each in app.get("download_button")]
    assert downloads == ["Verdict (JSON)", "Script (Python)"]
    assert verdict_latex(verdict).strip() in [each.value.strip() for each in app.get("code")]
    assert not checker.submitted


def test_exceptions_and_the_extent_of_their_search_are_shown(checker, verdicts):
    verdict = verdicts["determinant"]
    checker.has({"claim": verdict["id"]}, "done", verdict=verdict)
    app = page(claim=verdict["id"])
    assert "Exceptions" in [header.value for header in app.header]
    table = next(each for each in app.table if "Family" in each.value)
    assert "two atoms with equal gates and opposite experts" in list(table.value["Family"])
    assert set(table.value["This time"]) == {"fails"}
    titles = [each.value for each in app.subheader]
    tests = len(verdict["tests"])
    for _, row in table.value.iterrows():
        section = titles[:tests] if row["Part"] == "claim" else titles[tests:]
        title = section[int(row["Test"]) - 1]
        assert title.startswith(f"{row['Test']}\\. "), title
        assert title.endswith(row["Family"]), title
    assert f"{len(titles)} tests in " in said(app.markdown)
    words = said(app.markdown)
    assert "relations among three atoms are not searched" in words
    assert "no two atoms with equal gates and opposite experts" in words


def test_a_claim_without_a_search_has_no_exceptions(checker, verdicts):
    verdict = verdicts["identity"]
    checker.has({"claim": verdict["id"]}, "done", verdict=verdict)
    assert "Exceptions" not in [header.value for header in page(claim=verdict["id"]).header]


def test_an_enclosed_value_is_not_called_a_left_side(checker, verdicts):
    verdict = verdicts["enclosure"]
    checker.has({"claim": verdict["id"]}, "done", verdict=verdict)
    words = said(page(claim=verdict["id"]).markdown)
    assert "it lies in" in words
    assert "left side is" not in words


def test_a_counter_sequence_is_said_in_words_with_its_orders(checker, verdicts):
    verdict = verdicts["counter-sequence"]
    checker.has({"claim": verdict["id"]}, "done", verdict=verdict)
    app = page(claim=verdict["id"])
    words = said(app.markdown)
    assert "**Counter-sequence.**" in words
    assert r"$\varepsilon^{2.00}$" in words
    assert r"$\varepsilon^{4.00}$" in words
    assert "it holds where this test fails" in words


def test_a_claim_leads_to_its_study(checker, verdicts):
    verdict = verdicts["counter-sequence"]
    checker.has({"claim": verdict["id"]}, "done", verdict=verdict)
    app = page(claim=verdict["id"])
    (link,) = app.get("page_link")
    assert f"preset={verdict['study']}" in link.proto.query_string
    assert "**Why it matters.**" in said(app.markdown)


def test_a_running_check_can_be_cancelled(checker):
    checker.has({"claim": "C1.d2"}, "running", seconds=2.0)
    app = page(claim="C1.d2")
    next(b for b in app.button if b.label == "Cancel").click().run()
    assert checker.cancelled == [{"claim": "C1.d2"}]
    assert "was cancelled" in said(app.info)


def test_a_check_that_somebody_else_waits_for_goes_on(checker, monkeypatch):
    interest = Interest(session.cancel)
    monkeypatch.setattr(checker_page, "INTEREST", interest)
    checker.has({"claim": "C1.d2"}, "running", seconds=2.0)
    interest.want(Check({"claim": "C1.d2"}).hash, "another")
    app = page(claim="C1.d2")
    next(b for b in app.button if b.label == "Cancel").click().run()
    assert checker.cancelled == []
    assert "Somebody else waits" in said(app.info)


def test_a_failed_check_says_why_and_can_be_asked_again(checker):
    message = "Expected [a check](odd) to end, but <b>it</b> did not; press Check again."
    checker.has({"claim": "C1.d2"}, "failed", message=message)
    app = page(claim="C1.d2")
    assert "[a check](odd)" not in said(app.error)
    assert len(app.error) == 1
    app.button(key="checker.run").click().run()
    assert checker.submitted == [{"claim": "C1.d2"}]


def test_another_claim_changes_the_address_and_asks_for_nothing(checker):
    app = page(claim="C1.d2")
    app.selectbox[0].set_value("S1.d1").run()
    assert app.query_params["claim"] == "S1.d1"
    assert not checker.submitted


def test_a_composed_check_is_what_the_form_says(checker):
    app = page(compose="1", router="perturbed-cosine", tau1="0.25", dimension="2", crowded="1,2")
    app.button(key="checker.run").click().run()
    (request,) = checker.submitted
    assert request["compose"]["router"] == "perturbed-cosine"
    assert request["compose"]["tau1"] == 0.25
    assert request["compose"]["crowded"] == [1, 2]
    assert plain_request(CHECKER.read(app.query_params)) == request


def test_only_fields_that_matter_are_shown(checker):
    app = page(compose="1", test="first-order")
    assert "Crowded cells" not in labels(app)
    assert "Highest order of derivatives" not in labels(app)
    box = next(b for b in app.selectbox if b.label == "What to test")
    box.set_value("discover").run()
    assert "Highest order of derivatives" in labels(app)
    box = next(b for b in app.selectbox if b.label == "Output")
    box.set_value("categorical").run()
    assert any("classes" in label.lower() for label in labels(app))


@pytest.mark.parametrize("router", SCORES)
def test_every_router_has_its_form(checker, router):
    app = page(compose="1", router=router, dimension="2")
    assert not app.error
    assert app.button(key="checker.run")


@pytest.mark.parametrize(
    "text",
    ["__import__('os')", "x1.__class__", "lambda: 1", "(" * 500, "b1*x1^(9^9)", "<b>x</b>", ""],
)
def test_an_absurd_formula_gives_one_sentence(checker, text):
    app = page(compose="1", router="custom")
    app.text_input[0].set_value(text).run()
    assert not app.exception
    (error,) = app.error
    assert error.value.rstrip("\\").endswith(".")
    assert "<b>" not in error.value
    assert not checker.submitted


BAD = {
    "claim": {"claim": "Z9"},
    "version": {"claim": "S1.d1", "v": "7"},
    "choice": {"compose": "1", "router": "banana"},
    "number": {"compose": "1", "atoms": "1e9"},
    "constant": {"compose": "1", "router": "perturbed-cosine", "tau1": "nan"},
    "a cell that is not there": {"compose": "1", "atoms": "1", "crowded": "2"},
    "cells": {"compose": "1", "crowded": "1,x"},
    "long formula": {"compose": "1", "router": "custom", "score_formula": "x" * 10_000},
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_link_is_refused_and_has_a_way_out(checker, name):
    with pytest.raises(SpecificationError):
        CHECKER.read(BAD[name])
    app = page(**BAD[name])
    assert len(app.error) == 1
    next(b for b in app.button if b.label == "Start again").click().run()
    assert not app.error
    assert app.button(key="checker.run")


def test_a_link_comes_back_as_it_was_written():
    for claim in CATALOGUE.claims:
        assert CHECKER.read(CHECKER.write(request_of(claim))) == request_of(claim)
    request = composed({**validated({}), "atoms": 3, "crowded": (2, 3), "seed": 7, "tau1": 0.25})
    assert CHECKER.read(CHECKER.write(request)) == request


def test_parameters_of_others_are_left_alone(checker):
    assert CHECKER.read({"claim": "S1.d1", "router": "linear"}) == request_of("S1.d1")
    assert CHECKER.read({"compose": "1", "fbclid": "1"}) == CHECKER.read({"compose": "1"})
    app = page(utm_source="mail")
    assert not app.error
    assert "utm_source" not in app.query_params


def test_a_typed_relation_has_its_names_beside_it_and_comes_back_by_link(checker):
    text = "p1 : p1\n-2 : p3 p3"
    texts = {"compose": "1", "test": "relation", "relation": text}
    assert plain_request(CHECKER.read(texts))["compose"]["relation"] == text
    app = page(**texts)
    assert app.text_area[0].value == text
    assert "`p1` is" in said(app.markdown)
    app.text_area[0].set_value("p1").run()
    assert "Expected a coefficient, a colon and parameters" in said(app.error)


def test_a_claim_with_cases_is_opened_at_its_first():
    assert CHECKER.read({"claim": "C4"}) == request_of("C4.relu.d1")


def test_what_a_hidden_field_held_comes_back_with_it(checker):
    app = page(compose="1", router="perturbed-cosine", dimension="2")
    number(app, "Perturbation of the gate").set_value(0.25).run()
    choice(app, "Router").set_value("linear").run()
    assert not [w for w in app.number_input if w.label.startswith("Perturbation of the gate")]
    assert app.query_params["tau1"] == "0.25"
    choice(app, "Router").set_value("perturbed-cosine").run()
    app.run()
    assert number(app, "Perturbation of the gate").value == 0.25
    app.button(key="checker.run").click().run()
    assert checker.submitted[-1]["compose"]["tau1"] == 0.25


def test_nonsense_in_a_field_that_is_hidden_stands_in_nobodys_way(checker):
    app = page(compose="1", router="custom")
    app.text_input[0].set_value("b1*(").run()
    assert app.error
    choice(app, "Router").set_value("linear").run()
    assert not app.error
    assert app.button(key="checker.run")


def test_as_many_cells_can_be_crowded_as_there_are_atoms(checker):
    app = page(compose="1", atoms="3", crowded="1,3")
    assert app.multiselect[0].value == [1, 3]
    number(app, "True atoms").set_value(2).run()
    assert app.multiselect[0].value == [1]
    app.multiselect[0].set_value([]).run()
    assert "at least one" in said(app.error)
    app.multiselect[0].set_value([2]).run()
    app.button(key="checker.run").click().run()
    assert checker.submitted[-1]["compose"]["crowded"] == [2]


def choice(app: AppTest, label: str) -> Any:
    (found,) = (each for each in app.selectbox if each.label == label)
    return found


def number(app: AppTest, label: str) -> Any:
    (found,) = (each for each in app.number_input if each.label.startswith(label))
    return found


def test_claims_are_listed_by_paper_and_no_two_alike():
    found = [claim_label(name) for name in CATALOGUE.claims]
    assert len(set(found)) == len(found)
    papers = [label.partition(":")[0] for label in found]
    assert papers == sorted(papers, key=list(dict.fromkeys(papers)).index)


def test_words_are_shown_letter_by_letter_and_formulas_typeset():
    assert mixed("a_b <i> $x_1$ & c") == r"a\_b \<i\> $x_1$ \& c"
    assert mixed("one $ alone") == r"one \$ alone"
    assert mixed(r"$a,\ b$ end") == "$a$, $b$ end"


def test_long_numbers_get_names():
    latex = r"\frac{1}{2}\,F + \frac{123456789}{5}\,G - \frac{123456789}{5}\,H"
    short, named = shortened(latex)
    assert short == r"\frac{1}{2}\,F + \kappa_{1}\,G - \kappa_{1}\,H"
    assert named == {"κ1": "123456789/5"}


@pytest.mark.parametrize("verdict", ["holds", "fails", "holds under a condition", "undecided"])
def test_no_verdict_is_told_by_colour_alone(verdict):
    glyph, _, words = answer_words(verdict).partition(" ")
    assert words.lower() == verdict
    assert len(glyph) == 1
    assert not glyph.isalnum()
