"""What a room's screens show besides words: pictures, verdicts, and what came of runs."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import streamlit

from moeviz.lessons.filled import written
from moeviz.lessons.shelf import FOLDER, shipped, shipped_folder
from moeviz.rooms.agenda import Agenda
from moeviz.rooms.errors import RoomError
from moeviz.rooms.hall import Hall
from moeviz.rooms.on_show import OnShow, on_show
from moeviz.rooms.plain import letters_of, plain
from moeviz.symbolic.catalogue.shipped import shipped as shipped_verdict
from moeviz.ui.room import reveal
from moeviz.ui.room.by_runs import run_of
from moeviz.ui.room.gallery import MISSING, Gallery
from moeviz.ui.room.opening import agenda_of
from moeviz.ui.shared import session
from moeviz.ui.shared.scripts import katex_path
from tests.ui.still import FIELDS, SPEC, StillEngine, snapshot
from tests.ui.test_checker import StillChecker, view
from tests.ui.test_room import Place

CLAIM = "M4.unit.d2"
CURVE = {"run": {"what": "study", "name": "cosine-exact", "curves": ["all"]}}


@pytest.fixture
def hall(still: StillEngine) -> Iterator[Hall]:
    reveal._started.clear()
    session.hall.clear()
    yield session.hall()
    session.hall.clear()


@pytest.fixture
def checker(still: StillEngine, monkeypatch: pytest.MonkeyPatch) -> Iterator[StillChecker]:
    standing = StillChecker()
    monkeypatch.setattr(session, "Checker", lambda: standing)
    session.checker.clear()
    yield standing
    session.checker.clear()


def opened(hall: Hall, agenda: Agenda, at: int = 0) -> tuple[str, str]:
    code, key = hall.lectern.open(agenda)
    hall.lectern.act(code, key, "lead", at)
    return code, key


def told(hall: Hall, gallery: Gallery, code: str) -> dict[str, Any]:
    """What all are told, once there is nothing left to make or to say."""
    while reveal.settle(hall.books.found(code)) | gallery.make(on_show(hall.books.found(code))):
        pass
    room = hall.books.found(code)
    return {**room.public(1), **gallery.told(on_show(room))}


def document_of(gallery: Gallery, seen: OnShow, name: str) -> dict[str, Any]:
    return json.loads(gzip.decompress(gallery.picture(seen, name) or b""))["document"]


@pytest.mark.parametrize("name", shipped())
def test_all_that_a_shipped_lesson_draws_or_decides_is_shown_in_a_room(name: str):
    agenda, gallery = agenda_of({"lesson": name}), Gallery()
    for step in agenda.steps:
        things = (*step.shows, *step.comes)
        seen = OnShow("ABCDEF", step.kind, things, "", agenda.lesson)
        gallery.make(seen)
        shown = gallery.told(seen)["shown"]
        assert len(shown) == len(things)
        assert all(each["words"] != MISSING for each in shown)
        for each in filter(lambda each: "picture" in each, shown):
            document = document_of(gallery, seen, each["picture"])
            assert document["handles"] or document["panels"]
            ends = [abs(part) for handle in document["handles"] for part in handle["at"]]
            assert not document.get("bare") or max(ends) < document["x"][1]


def test_what_comes_with_a_reveal_is_neither_told_nor_given_before(hall: Hall):
    gallery = Gallery()
    code, key = opened(hall, agenda_of({"lesson": "gauge"}), 1)
    before = told(hall, gallery, code)["shown"]
    hall.lectern.act(code, key, "reveal")
    after = told(hall, gallery, code)["shown"]
    (name,) = {each["picture"] for each in after} - {each["picture"] for each in before}
    assert gallery.picture(on_show(hall.books.found(code)), name)
    hall.lectern.act(code, key, "undo")
    assert gallery.picture(on_show(hall.books.found(code)), name) is None
    hall.lectern.act(code, key, "hide")
    assert told(hall, gallery, code)["shown"] == []


def test_a_claim_is_decided_once_for_all_and_the_kept_verdict_stays_where_it_is_not(
    hall: Hall, checker: StillChecker
):
    gallery, agenda = Gallery(), agenda_of({"lesson": "modified"})
    verdict = shipped_verdict(CLAIM).verdict
    for state, more in (("failed", {"message": "It took too long."}), ("done", {})):
        checker.views.clear()
        reveal._started.clear()
        code, key = opened(hall, agenda, 1)
        hall.lectern.act(code, key, "reveal")
        first = told(hall, gallery, code)
        assert "Kept verdict" in first["shown"][0]["words"]
        assert first["progress"]["fraction"] == 0.0
        assert first["outcome"]["right"] == "unit"
        (job,) = checker.views
        done = {"verdict": verdict} if state == "done" else {}
        checker.views[job] = view(checker.views[job].spec, state, **done, **more)
        last = told(hall, gallery, code)
        (shown,) = last["shown"]
        assert last["progress"] is None
        assert last["outcome"]["right"] == "unit"
        assert shown["says"] == first["shown"][0]["says"]
        if state == "done":
            assert shown["words"] == "Decided in this room."
            assert hall.books.found(code).state.runs[f"check {CLAIM}"]["job"] == job
        else:
            assert last["outcome"]["trouble"] == "It took too long. The kept result stays."
    assert [each["claim"] for each in checker.submitted] == [CLAIM] * 2


def test_what_a_step_without_a_question_runs_is_started_by_the_lecturer_alone(
    hall: Hall, still: StillEngine, results: dict[str, Any]
):
    gallery, agenda = Gallery(), agenda_of({"lesson": "trust"})
    (at,) = [n for n, step in enumerate(agenda.steps) if step.id == "ask"]
    run = {**(agenda.steps[at].run or {}), "values": FIELDS}
    agenda = agenda.with_steps({"ask": replace(agenda.steps[at], run=run)})
    code, key = opened(hall, agenda, at)
    kept = told(hall, gallery, code)
    assert still.submitted == []
    assert "Kept result" in kept["shown"][0]["words"]
    with pytest.raises(RoomError):
        hall.lectern.act(code, key, "run", "other")
    hall.lectern.act(code, key, "run", "ask")
    assert told(hall, gallery, code)["job"] == SPEC.hash
    assert [spec.hash for spec in still.submitted] == [SPEC.hash]

    some = dict(list(results.items())[: len(results) // 2])
    pictures = []
    for state, blocks in (("running", some), ("done", results)):
        still.jobs[SPEC.hash] = snapshot(SPEC, state, blocks)
        now = told(hall, gallery, code)
        seen = on_show(hall.books.found(code))
        pictures.append(document_of(gallery, seen, now["shown"][0]["picture"]))
    (arriving,), (done,) = (picture["panels"] for picture in pictures)
    assert arriving["x"] == done["x"]  # Points arrive on axes that stay.
    assert now["shown"][0]["words"] == "Run in this room."
    source = shipped()["trust"].facts["designed"]
    curve = source.key.of(snapshot(SPEC, "done", results).result())
    assert f"{curve.mean[0]:.3e}" == f"{10 ** done['dots'][0]['at'][1]:.3e}"
    # Words follow the run, as on the lesson's page.
    assert f"slope {written(curve.slope.estimate)} (" in now["step"]["words"]
    assert now["step"]["words"] != kept["step"]["words"]


def test_a_question_that_was_typed_runs_and_shows_nothing(hall: Hall, still: StillEngine):
    code, key = opened(hall, agenda_of({"page": "gates", "title": "Gates"}))
    typed = {
        "id": "asked",
        "title": "Which?",
        "kind": "choice",
        "options": [["a", "A"], ["b", "B"]],
    }
    more = {"run": {"what": "study", "name": "cosine-exact"}, "shows": [CURVE], "comes": [CURVE]}
    hall.lectern.act(code, key, "ask", {**typed, **more})
    step = hall.books.found(code).step
    assert (step.run, step.shows, step.comes) == (None, (), ())


@pytest.mark.parametrize(
    ("page", "shows", "runs"),
    [
        ("gates?v=2&left=linear&beta=1,0.5", "look", None),
        ("cells?atoms=softmax", "look", None),
        ("gates?left=none-such", None, None),
        (f"checker?claim={CLAIM}", "run", ("check", CLAIM)),
        ("checker?compose=1", None, None),
        ("protocols", "run", ("protocol", "cosine-fig1a")),
        ("train?preset=compete-lm", "run", ("training", "compete-lm")),
        ("attention", None, None),
        ("jobs", None, None),
    ],
)
def test_a_room_from_a_page_shows_the_page_s_picture_or_result(
    page: str, shows: str | None, runs: tuple[str, str] | None
):
    agenda, gallery = agenda_of({"page": page, "title": "A page"}), Gallery()
    (step,) = agenda.steps
    assert step.page == page
    assert [next(iter(thing)) for thing in step.shows] == ([shows] if shows else [])
    assert (step.run and (step.run["what"], step.run["name"])) == runs
    assert step.run is None or run_of(step.run).specification()
    seen = OnShow("ABCDEF", step.kind, step.shows, "", "")
    gallery.make(seen)
    assert all(each["words"] != MISSING for each in gallery.told(seen)["shown"])


def test_a_lesson_s_page_opens_the_lesson_and_a_folder_s_lesson_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    opened = agenda_of({"page": "lessons?lesson=gauge&step=2", "title": "Lessons"})
    assert opened == agenda_of({"lesson": "gauge"})
    (file,) = shipped_folder().glob("*-gauge.md")
    (tmp_path / "07-mine.md").write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setenv(FOLDER, str(tmp_path))
    mine = agenda_of({"lesson": "mine"})
    assert [step.id for step in mine.steps] == [step.id for step in opened.steps]
    with pytest.raises(RoomError, match="hand its file in"):
        agenda_of({"page": "lessons?lesson=own-mine", "title": "Lessons"})


def test_a_lesson_that_was_handed_in_is_a_room_or_every_fault_is_said(hall: Hall, tmp_path: Path):
    text = shipped()["noise"].text
    agenda = agenda_of({"text": text})
    assert agenda.link == "lessons"
    assert not any("lesson=own" in step.page for step in agenda.steps)
    code, key = opened(hall, agenda, 1)
    hall.lectern.act(code, key, "reveal")
    reveal.settle(hall.books.found(code))
    public = json.dumps(hall.books.view(code, lambda room: room.public(1)))
    assert "Measured" in public
    assert text[:200] not in public
    assert hall.books.found(code).state.outcomes["predict"]["low"]
    wrong = text.replace('gauge = "pinned"', 'gauge = "none-such"').replace("{", "{{", 3)
    with pytest.raises(RoomError, match=r"line [0-9]+.*\n"):
        agenda_of({"text": wrong})
    place = Place(tmp_path)
    browser = place.browser()
    said = [browser.post("/moeviz/room/open", {"text": "<b>"}).status_code for _ in range(12)]
    assert (said[0], said[-1]) == (409, 429)
    assert browser.post("/moeviz/room/open", {"text": "x" * 140_000}).status_code == 400
    place.bulletin._threads.shutdown()
    place.hall.close()


def test_a_picture_is_for_who_is_in_the_room(tmp_path: Path):
    content = gzip.compress(b'{"document": {}}')
    place = Place(tmp_path, lambda seen, name: content if name == "1" * 16 else None)
    phone, lecturer, stranger = (place.browser() for _ in range(3))
    place.ask(phone, "join")
    place.ask(lecturer, "claim", {"key": place.key})
    found = {
        name: [
            each.get(f"/moeviz/room/{place.code}/shown/{name * 16}")
            for each in (phone, lecturer, stranger)
        ]
        for name in "01"
    }
    assert [each.status_code for each in found["0"]] == [409, 409, 403]
    assert [each.status_code for each in found["1"]] == [200, 200, 403]
    assert found["1"][0].content == content
    assert found["1"][0].headers["content-encoding"] == "gzip"
    # No proxy between keeps it for somebody else; a browser never asks for it twice.
    assert found["1"][0].headers["cache-control"] == "private, max-age=31536000, immutable"
    place.bulletin._threads.shutdown()
    place.hall.close()


def test_formulas_are_typeset_by_what_streamlit_serves_and_written_in_letters():
    path = Path(streamlit.__file__).parent / "static" / katex_path()
    assert path.read_text(encoding="utf-8").rstrip().endswith("as default};")
    words = {"title": r"Is $\beta_1^\top x \le 2$?", "options": [["a", r"$\mathbb E\, V$ and $d$"]]}
    letters = {r"\beta_1^\top x \le 2": "β₁ᵀ x ≤ 2", r"\mathbb E\, V": "E V", "d": "d"}
    assert letters_of(words) == letters
    assert plain(words["title"]) == "Is β₁ᵀ x ≤ 2?"


def test_a_room_of_before_still_opens(hall: Hall):
    agenda = agenda_of({"lesson": "slow"})
    old = replace(
        agenda,
        lesson="",
        steps=tuple(replace(step, shows=(), comes=()) for step in agenda.steps),
    )
    data = old.to_json()
    for step in data["steps"]:
        del step["shows"], step["comes"]
        if step["run"]:
            step["run"] = {"preset": "cosine-exact", "values": {}, "curve": 3}
    code, key = opened(hall, Agenda.from_json(data), 1)
    assert hall.books.view(code, lambda room: room.told(1, [])["runs"]) == "study"
    hall.lectern.act(code, key, "reveal")
    reveal.settle(hall.books.found(code))
    state = hall.books.found(code).state
    assert state.outcomes["predict"]["low"] < state.outcomes["predict"]["high"]
    assert state.jobs["predict"]
