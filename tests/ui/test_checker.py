"""The checker's page without a browser: links, forms, verdicts of every kind."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1 import AppTest

from moeviz.charts.claim_repairs import repair_line
from moeviz.charts.claim_sides import sides
from moeviz.engine import Check, Snapshot, UnknownJobError
from moeviz.engine.checks.check import Checks
from moeviz.engine.ended_by import MESSAGES, By
from moeviz.errors import SpecificationError
from moeviz.model import SCORES
from moeviz.symbolic.catalogue import CATALOGUE
from moeviz.symbolic.catalogue.shipped import CHANGED, shipped
from moeviz.symbolic.certificates.latex import verdict_latex
from moeviz.symbolic.questions.spot import with_spots
from moeviz.symbolic.request.answer import verdict_of
from moeviz.symbolic.request.family import family_latex, model_latex
from moeviz.symbolic.request.gallery import gallery
from moeviz.symbolic.request.selection import validated
from moeviz.ui.checker import claim as claim_page
from moeviz.ui.checker.families import KEY as FAMILIES
from moeviz.ui.checker.gallery import KEY as GALLERY
from moeviz.ui.checker.link import CHECKER, FIRST_CLAIM, composed, plain_request, request_of
from moeviz.ui.checker.page import HOMOGENEITY, OWN
from moeviz.ui.checker.sentence import KEY as SENTENCE
from moeviz.ui.checker.state import MAP
from moeviz.ui.checker.tiles import case_words, tile_of
from moeviz.ui.checker.verdict import TABS
from moeviz.ui.checker.words import agreement, answer_words
from moeviz.ui.shared import session
from moeviz.ui.shared.guard import plain
from moeviz.ui.shared.typeset import mixed, shortened
from tests.ui.still import StillEngine, component, said, texts, told, visit, words

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
    wishes: set[str] = field(default_factory=set)

    def submit(self, check: Check, visitor: str = "") -> str:
        self.submitted.append(check.request)
        self.wishes.add(visitor)
        self.views.setdefault(check.hash, view(check, "waiting"))
        return check.hash

    def look(self, check: Check | str) -> Snapshot:
        try:
            return self.views[check if isinstance(check, str) else check.hash]
        except KeyError:
            raise UnknownJobError(f"Expected a known check, but got {check}.") from None

    def wished_by(self, name: str) -> set[str]:
        assert name in self.views
        return set(self.wishes)

    def withdraw(self, name: str, visitor: str, keep: bool = True) -> bool:
        self.wishes.discard(visitor)
        if not self.wishes:
            self.cancel(name)
        return not self.wishes

    def cancel(self, name: str, by: By = "visitors") -> None:
        check = self.views[name].spec
        self.cancelled.append(check.request)
        self.views[name] = view(check, "cancelled", message=MESSAGES[by])

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


def page(tab: str = "", **params: str) -> AppTest:
    """Open the page; with one of the tabs below the answer, if it is named."""
    app = visit(PAGE, **params)
    assert not app.exception
    if tab:
        app.session_state[TABS] = tab
        app.run()
        assert not app.exception
    return app


def tell(app: AppTest, key: str, value: Any, event: str = "picked") -> AppTest:
    """Tell what the browser says of a pick in one of the page's components."""
    said = {"event": event, "value": value}
    trigger = _make_trigger_id(component(app, key).id, "events")
    states = app._tree.get_widget_states()
    states.widgets.append(WidgetState(id=trigger, json_trigger_value=json.dumps([said])))
    app = app._run(states)
    assert not app.exception
    return app


def open_tile(app: AppTest, claim: str, **shown: Any) -> AppTest:
    """Open a claim on the map, which tells what it shows with it."""
    return tell(app, MAP, {"open": claim, **shown}, "told")


def choose(app: AppTest, field: str, value: str) -> AppTest:
    """Choose in the sentence of a check of one's own."""
    return tell(app, SENTENCE, {"field": field, "value": value})


def blanks(app: AppTest) -> dict[str, str]:
    """What the sentence says, by field."""
    pieces = json.loads(told(app, SENTENCE)["sentence"])
    return {piece["field"]: piece["value"] for piece in pieces if isinstance(piece, dict)}


def labels(app: AppTest) -> set[str]:
    widgets = (*app.selectbox, *app.number_input, *app.text_input, *app.multiselect)
    return {widget.label for widget in widgets}


def test_the_page_opens_on_a_question_that_is_decided(checker):
    app = page()
    assert app.title[0].value == HOMOGENEITY
    assert app.header[0].value == "✔ Holds"
    assert plain(shipped(FIRST_CLAIM).date) in said(app.markdown)
    steps = json.loads(told(app, "checker.ray")["walk"])
    cosine, perturbed = (curve["ys"] for curve in steps["curves"])
    assert max(cosine) - min(cosine) < 1e-9
    assert max(perturbed) - min(perturbed) > 0.01
    assert not checker.submitted


def test_a_claim_shows_its_shipped_verdict_and_computes_nothing(checker):
    app = page(claim="C1.d2")
    assert app.query_params == {"claim": "C1.d2", "v": "1"}
    ours = shipped("C1.d2")
    assert app.header[0].value == answer_words(ours.verdict["verdict"])
    assert f"version {plain(ours.version[:8])}" in said(app.markdown)
    assert not checker.submitted


def test_a_claim_is_decided_again_when_somebody_asks(checker):
    app = page(claim="C1.d2")
    app.button(key="checker.run").click().run()
    assert not app.exception
    assert checker.submitted == [{"claim": "C1.d2"}]
    assert app.query_params == {"claim": "C1.d2", "v": "1", "live": "1"}
    assert app.header[0].value == "✔ Holds"  # ours stays until the server's own is there
    verdict = {**shipped("C1.d2").verdict, "seconds": 4.25}
    checker.has({"claim": "C1.d2"}, "done", verdict=verdict)
    app.run()
    assert r"Decided by this server in 4\.25 s, as it ships" in said(app.markdown)


def test_a_verdict_that_is_not_the_shipped_one_says_so(checker):
    verdict = {**shipped("C1.d2").verdict, "verdict": "fails", "agrees_with_paper": False}
    checker.has({"claim": "C1.d2"}, "done", verdict=verdict)
    app = page(claim="C1.d2", live="1")
    assert app.header[0].value == "✘ Fails"
    assert "other than it ships" in said(app.markdown)


def test_a_claim_that_has_changed_shows_no_verdict(checker, monkeypatch):
    monkeypatch.setattr(claim_page, "shipped", lambda claim: None)
    monkeypatch.setattr(claim_page, "stale", lambda claim: CHANGED)
    app = page(claim="C1.d2")
    assert not app.header
    assert CHANGED in said(app.markdown)
    assert app.button(key="checker.run").label == "Decide it"


@pytest.mark.parametrize("kind", KINDS)
def test_a_verdict_of_every_kind_is_shown(checker, verdicts, kind):
    verdict = verdicts[kind]
    shown = {t["certificate"]["kind"] for t in verdict["tests"]}
    assert {"enclosure": "value"}.get(kind, kind) in shown
    checker.has({"claim": KINDS[kind]}, "done", verdict=verdict)
    app = page("Tests", claim=KINDS[kind], live="1")
    assert not app.error
    assert app.header[0].value == answer_words(verdict["verdict"])
    assert agreement(verdict) in said(app.markdown)
    assert len(app.subheader) == len(verdict["tests"]) + len(
        verdict["repair"]["tests"] if verdict["repair"] else ()
    )
    downloads = [each.label for each in app.get("download_button")]
    assert downloads == ["Verdict (JSON)", "Script (Python)"]
    assert not checker.submitted


def test_a_verdict_can_be_copied_as_latex(checker):
    app = page("LaTeX", claim="C1.d2")
    text = verdict_latex(shipped("C1.d2").verdict).strip()
    assert text in [each.value.strip() for each in app.get("code")]


def test_exceptions_and_the_extent_of_their_search_are_shown(checker):
    verdict = shipped("C5.tanh.d1").verdict
    app = page("Exceptions", claim="C5.tanh.d1")
    table = next(each for each in app.table if "Family" in each.value)
    assert "two atoms with equal gates and opposite experts" in list(table.value["Family"])
    assert set(table.value["This time"]) == {"fails"}
    shown = words(app)
    assert "relations among three atoms are not searched" in shown
    assert "no two atoms with equal gates and opposite experts" in shown
    app = page("Tests", claim="C5.tanh.d1")
    titles = [each.value for each in app.subheader]
    tests = len(verdict["tests"])
    for _, row in table.value.iterrows():
        section = titles[:tests] if row["Part"] == "claim" else titles[tests:]
        title = section[int(row["Test"]) - 1]
        assert title.startswith(f"{row['Test']}\\. "), title
        assert title.endswith(row["Family"]), title


def test_each_family_of_exceptions_can_be_tried_with_one_tap(checker):
    found = shipped("C5.tanh.d1").verdict["exceptions"]
    app = page(claim="C5.tanh.d1")
    for number, one in enumerate(found):
        app = tell(app, FAMILIES, number)
        shown = json.loads(told(app, FAMILIES)["table"])
        assert shown["chosen"] == number
        assert shown["families"][number]["family"] == one["family"]
        assert f"**With {plain(one['family'])}**" in said(app.markdown)
    assert app.query_params["family"] == str(len(found) - 1)
    assert "family" not in tell(app, FAMILIES, 0).query_params


def test_a_claim_without_a_search_has_no_exceptions(checker):
    app = page(claim="C1.d2")
    assert "Exceptions" not in [tab.label for tab in app.tabs]


def test_an_enclosed_value_is_not_called_a_left_side(checker, verdicts):
    verdict = verdicts["enclosure"]
    shown = words(page(claim=verdict["id"]))
    assert re.search(r"\$ (is|lies in) \$", shown)
    assert "left side is" not in shown


def test_a_counter_sequence_is_walked_along_and_said_in_words_with_its_orders(checker):
    app = page(claim="S13.p1")
    shown = words(app)
    assert "**Counter-sequence.**" in shown
    assert r"$\varepsilon^{2.00}$" in shown
    assert r"$\varepsilon^{4.00}$" in shown
    assert "it holds where this test of independence fails" in shown
    steps = json.loads(told(app, "checker.walk.first")["walk"])
    assert len(steps["says"]) == len(
        shipped("S13.p1").verdict["tests"][0]["certificate"]["sequence"]["loss"]
    )


def test_no_claim_is_told_the_opposite_of_itself(checker):
    """A claim of independence whose test is of a relation is not said to speak of a dependence."""
    app = page("Tests", claim="S2.d2")
    shown = words(app)
    assert "speaks of a dependence" not in shown
    assert "The claim holds where this relation does not." in shown


def test_a_paper_that_says_otherwise_stands_beside_what_was_found(checker):
    claim = CATALOGUE.claims["S2.d2"]
    app = page(claim="S2.d2")
    lines = [each.value for each in app.markdown]
    theirs = next(i for i, text in enumerate(lines) if text.startswith("**The paper says**"))
    assert mixed(claim.words) in lines[theirs]
    assert lines[theirs + 1].startswith("**Decided here:** ✘ It fails")
    counter = next(i for i, text in enumerate(lines) if text.startswith("**Counterexample.**"))
    assert counter < theirs


def test_what_repairs_a_claim_is_said(checker):
    verdict = shipped("C5.tanh.d1").verdict
    shown = words(page(claim="C5.tanh.d1"))
    assert f"What repairs it. {sides(verdict)['repair']}" in shown
    shown = words(page(claim="C4.p2.d1"))
    assert "A repair was tried, and fails too. What the proof needs: " in shown
    assert "repairs it" not in shown


def test_a_claim_leads_to_its_study(checker):
    verdict = shipped("S13.p1").verdict
    app = page(claim="S13.p1")
    (link,) = app.get("page_link")
    assert f"preset={verdict['study']}" in link.proto.query_string
    assert "Why it matters. " in words(app)


def test_a_running_check_can_be_cancelled(checker):
    checker.has({"claim": "C1.d2"}, "running", seconds=2.0)
    app = page(claim="C1.d2", live="1")
    assert "Cancel" not in {button.label for button in app.button}, "it is somebody else's"
    app.button(key="checker.too").click().run()
    next(b for b in app.button if b.label == "Cancel").click().run()
    assert checker.cancelled == [{"claim": "C1.d2"}]
    assert "was cancelled" in said(app.info)


def test_a_check_that_somebody_else_waits_for_goes_on(checker):
    checker.has({"claim": "C1.d2"}, "running", seconds=2.0)
    checker.wishes.add("another")
    app = page(claim="C1.d2", live="1")
    app.button(key="checker.too").click().run()
    next(b for b in app.button if b.label == "Cancel").click().run()
    assert checker.cancelled == []
    assert "Somebody else waits" in said(app.info)


def test_a_failed_check_says_why_and_can_be_asked_again(checker):
    message = "Expected [a check](odd) to end, but <b>it</b> did not; ask again."
    checker.has({"claim": "C1.d2"}, "failed", message=message)
    app = page(claim="C1.d2", live="1")
    assert "[a check](odd)" not in said(app.error)
    assert len(app.error) == 1
    app.button(key="checker.run").click().run()
    assert checker.submitted == [{"claim": "C1.d2"}]


def test_another_claim_changes_the_address_and_asks_for_nothing(checker):
    app = page(claim="C1.d2")
    app = open_tile(app, "S1.d1")
    assert app.query_params["claim"] == "S1.d1"
    assert told(app, MAP)["open"] == "S1.d1"
    app.selectbox[0].set_value("S1.d2").run()
    assert app.query_params["claim"] == "S1.d2"
    assert open_tile(app, "<b>").query_params["claim"] == "S1.d2"
    assert not checker.submitted


def test_what_the_map_shows_is_kept_whatever_claim_is_opened(checker):
    fails = {"paper": "cosine", "only": "fails"}
    app = open_tile(page(), "C9.gauge", **fails)
    assert app.query_params["claim"] == "C9.gauge"
    app = choose(app, "expert", "relu")
    for shown in (app, open_tile(app, "C6.relu", **fails)):
        assert (shown.query_params["paper"], shown.query_params["only"]) == ("cosine", "fails")
        assert (told(shown, MAP)["paper"], told(shown, MAP)["only"]) == ("cosine", "fails")
    app = tell(shown, MAP, {"paper": "banana", "only": ["fails"]}, "told")
    assert not {"paper", "only"} & set(app.query_params)


@pytest.mark.parametrize(
    "claim", ["C9.gauge", "C8.over.relu", "C4.relu.d1", "C6.tanh", "S12.limit"]
)
def test_the_answer_to_a_claim_that_fails_begins_with_what_repairs_it(checker, claim):
    line = repair_line(shipped(claim).verdict)
    shown = texts(page(claim=claim))
    begin, rest = shown[0][0][1][:2]
    assert begin == ["b", [line[: len(begin[1][0])]]]
    assert rest.strip() in line


def test_a_proof_is_not_called_a_counterexample(checker):
    shown = words(page(claim="C9.gauge"))
    assert "Why not." in shown
    assert "Counterexample." not in shown


def test_what_the_sentence_beside_a_claim_says_is_decided_with_one_tap(checker):
    app = page(claim="C1.d2")
    app.button(key="checker.own").click().run()
    (request,) = checker.submitted
    assert plain_request(CHECKER.read(app.query_params)) == request


def test_the_sentence_beside_a_claim_leads_to_a_check_of_ones_own(checker):
    app = choose(page(claim="C1.d2"), "expert", "relu")
    assert app.query_params["compose"] == "1"
    assert app.query_params["expert"] == "relu"
    assert "claim" not in app.query_params
    app = open_tile(app, "C1.d3")
    assert app.query_params["claim"] == "C1.d3"
    assert blanks(app)["expert"] == "relu"  # what was asked last is not lost


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
    assert "crowded" not in blanks(app)
    assert "order" not in blanks(app)
    app = choose(app, "test", "discover")
    assert "order" in blanks(app)
    app = choose(app, "output", "categorical")
    assert any("classes" in label.lower() for label in labels(app))


def test_the_family_is_typeset_before_it_is_run(checker):
    app = page(compose="1", router="perturbed-cosine", dimension="2")
    shown = words(app)
    values = CHECKER.read(app.query_params).values
    assert family_latex(values)[0] in shown
    assert all(line in shown for line in model_latex(values))
    assert not checker.submitted


def test_each_question_of_the_gallery_is_decided_with_one_tap(checker):
    app = page(compose="1")
    assert app.title[0].value == OWN
    for number, question in enumerate(gallery()):
        app = tell(app, GALLERY, number)
        assert app.title[0].value == plain(question.title)
        assert json.loads(told(app, GALLERY)["questions"])["chosen"] == number
        assert plain_request(CHECKER.read(app.query_params)) == question.request
        assert checker.submitted[number:] == [question.request]


def test_a_question_of_the_gallery_says_what_to_try_then(checker, verdicts):
    question = gallery()[0]
    checker.has(question.request, "done", verdict=verdicts["identity"])
    app = page(**CHECKER.write(composed(validated(question.selection))))
    shown = said(app.markdown)
    after = plain(question.try_next).partition(" ")
    assert f"**Try next:** {after[0].lower()} {after[2]}" in shown
    assert shown.index("**Yes:** the sum is zero for all ") < shown.index("**Try next:**")


@pytest.mark.parametrize("text", ["banana", "true", "2"])
def test_a_switch_of_a_link_is_one_or_nought(checker, text):
    for name in ("live", "compose"):
        with pytest.raises(SpecificationError, match=f"{name} to be 1 or 0, but got '{text}'"):
            CHECKER.read({name: text})
        assert CHECKER.read({name: "1"}).own[name] is True
        assert CHECKER.read({name: "0"}).own[name] is False


def test_a_link_to_a_check_that_this_server_never_made_says_so(checker):
    app = page(claim="C1.d2", live="1")
    assert "This server has not decided it" in said(app.markdown)
    assert "Decided on" in said(app.markdown)
    assert "This server has not" not in said(page(claim="C1.d2").markdown)


def test_a_family_that_a_claim_does_not_have_leaves_the_address(checker):
    assert "family" not in page(claim="C5.tanh.d1", family="99").query_params
    assert page(claim="C5.tanh.d1", family="1").query_params["family"] == "1"


def test_families_that_are_alike_are_told_apart_by_their_question(checker):
    rows = json.loads(told(page(claim="K4"), FAMILIES)["table"])["families"]
    assert len({(row["family"], row["part"]) for row in rows}) == len(rows) == 2
    assert rows[0]["family"].endswith("(first order modulo gauge)")


@pytest.mark.parametrize("name", ["M4.log.bounded", "M11.x3", "M9.standard.K3", "K10"])
def test_values_at_single_inputs_and_of_many_measures_are_shown(checker, name):
    shown = words(page("Tests", claim=name))
    assert re.search(r"\$ (is|lies in) \$", shown)
    assert "+/" not in shown.replace("\\", "")
    assert ("JSON and script have 67 more" in shown) == (name == "M9.standard.K3")


@pytest.mark.parametrize("name", ["M5.K2", "M8.standard.K3", "M8.modified.K2"])
def test_a_condition_without_families_says_why_there_is_no_table(checker, name):
    assert "a search found no other family" in words(page(claim=name))


@pytest.mark.parametrize("name", ["S20.gelu", "K8.x", "K10"])
def test_a_condition_whose_cases_are_all_named_says_why_no_search_is_needed(checker, name):
    assert "No search is needed: " in words(page(claim=name))
    shown = words(page("Exceptions", claim=name))
    assert "Why no search is needed" in shown
    assert "How far was searched" not in shown


def test_what_a_paper_assumes_it_does_not_say(checker):
    assert "the paper assumes that it holds" in said(page(claim="C7.k2.d2").markdown)
    assert "the paper says that it holds" in said(page(claim="C6.relu").markdown)


def test_a_choice_keeps_a_formula_that_is_wrong_yet(checker):
    app = page(compose="1", router="custom", test="first-order")
    app.text_input[0].set_value("b1*sin(x1)^").run()
    app = choose(app, "output", "gaussian")
    assert blanks(app)["output"] == "gaussian"
    assert app.text_input[0].value == "b1*sin(x1)^"
    assert app.error
    app.text_input[0].set_value("b1*sin(x1)").run()
    assert not app.error
    assert app.query_params["score_formula"] == "b1*sin(x1)"


@pytest.mark.parametrize("router", ["cosine", "modified-unit"])
def test_a_router_that_needs_two_dimensions_sets_them_and_says_so(checker, router):
    app = choose(page(compose="1", dimension="1"), "router", router)
    assert blanks(app)["dimension"] == "2"
    assert "set to 2" in said(app.info)
    assert not app.error
    app.run()
    assert "set to 2" in said(app.info)  # as long as the choice stands
    assert not choose(app, "dimension", "3").info


def test_a_link_with_too_few_dimensions_says_so_before_anything_is_run(checker):
    app = page(compose="1", router="cosine", dimension="1")
    (error,) = app.error
    assert "at least 2 inputs" in error.value
    app = choose(app, "dimension", "2")  # the sentence is there to mend it
    assert not app.error
    assert app.button(key="checker.run")


def test_a_check_of_ones_own_is_one_tap_from_a_claims_answer(checker):
    app = page(claim="C1.d2")
    app.button(key="checker.ask").click().run()
    assert app.query_params["compose"] == "1"
    assert app.title[0].value == OWN


def test_a_choice_that_nobody_offered_changes_nothing(checker):
    app = page(compose="1")
    before = dict(app.query_params)
    assert choose(app, "router", "banana").query_params == before
    assert choose(app, "seed", "7").query_params == before


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
    app = choose(app, "router", "linear")
    assert not [w for w in app.number_input if w.label.startswith("Perturbation of the gate")]
    assert app.query_params["tau1"] == "0.25"
    app = choose(app, "router", "perturbed-cosine")
    assert number(app, "Perturbation of the gate").value == 0.25
    app.button(key="checker.run").click().run()
    assert checker.submitted[-1]["compose"]["tau1"] == 0.25


def test_nonsense_in_a_field_that_is_hidden_stands_in_nobodys_way(checker):
    app = page(compose="1", router="custom")
    app.text_input[0].set_value("b1*(").run()
    assert app.error
    app = choose(app, "router", "linear")
    assert not app.error
    assert app.button(key="checker.run")


def test_as_many_cells_can_be_crowded_as_there_are_atoms(checker):
    app = page(compose="1", atoms="3", crowded="1,3")
    assert blanks(app)["crowded"] == "1,3"
    app = choose(app, "atoms", "2")
    assert blanks(app)["crowded"] == "1"
    app = choose(app, "crowded", "2")
    app.button(key="checker.run").click().run()
    assert checker.submitted[-1]["compose"]["crowded"] == [2]


def number(app: AppTest, label: str) -> Any:
    (found,) = (each for each in app.number_input if each.label.startswith(label))
    return found


def test_no_two_cases_of_a_group_are_called_alike():
    tiles = {tile_of(name)["id"]: tile_of(name) for name in CATALOGUE.claims}
    for tile in tiles.values():
        found = [case_words(name) for name in tile["claims"]]
        assert len(set(found)) == len(found)
    assert sorted(c for tile in tiles.values() for c in tile["claims"]) == sorted(CATALOGUE.claims)


def test_words_are_shown_letter_by_letter_and_formulas_typeset():
    assert mixed("a_b <i> $x_1$ & c") == r"a\_b \<i\> $x_1$ \& c"
    assert mixed("gates (beta_1, -beta_2) of abeta_1") == (
        r"gates \($\beta_1$, $-\beta_2$\) of abeta\_1"
    )
    assert mixed("one $ alone") == r"one \$ alone"
    assert mixed("exp(x1) / exp(s₁)") == r"$\exp(x_1)$ / exp\(s₁\)"
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


def test_fields_of_a_check_leave_the_address_of_a_claim(checker):
    app = page(router="custom", score_formula="b1*x1")
    assert app.query_params == {"claim": FIRST_CLAIM, "v": "1"}
