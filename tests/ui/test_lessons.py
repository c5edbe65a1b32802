"""The page of lessons without a browser: steps, predictions that stay, links."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from moeviz.export.record import record_pdf
from moeviz.lessons import LESSONS
from moeviz.lessons.reader import looked_up
from moeviz.ui.lessons.here import needs_of
from moeviz.ui.lessons.looks import PICTURE, STUDY
from moeviz.ui.lessons.record import record_of
from tests.ui.still import told, visit, words

PAGE = "pages/teach/lessons.py"


def press(app: AppTest, label: str) -> AppTest:
    (button,) = (each for each in app.button if each.label == label)
    return button.click().run()


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def test_the_first_view_lists_the_lessons_with_minutes_and_what_they_need(still):
    app = visit(PAGE)
    assert not app.exception
    said = words(app)
    for lesson in LESSONS.values():
        assert f"{lesson.minutes} minutes" in said
    assert labels(app).count("Begin") == len(LESSONS)
    app = app.button(key="lessons.open.gauge").click().run()
    assert app.title[0].value == "What is a gauge?"
    assert app.query_params["lesson"] == "gauge"


def test_a_lesson_begins_with_a_question_and_a_picture_that_stays_still(still):
    app = visit(PAGE, lesson="gauge")
    assert not app.exception
    handles = json.loads(told(app, PICTURE)["document"])["handles"]
    assert all(handle["fixed"] for handle in handles)
    assert {"Next", "Start again"} <= set(labels(app))


def test_a_prediction_is_committed_once_and_then_revealed(still):
    app = press(visit(PAGE, lesson="gauge"), "Next")
    assert "Next" not in labels(app)
    assert app.button(key=_key(app, "That is my prediction")).disabled
    app.radio[0].set_value("both").run()
    app = press(app, "That is my prediction")
    assert not app.exception
    assert app.query_params["said"] == "predict:both"
    assert "You said both routers’; it is only the linear router’s." in words(app)
    assert "cosine 0" in words(app).replace("\\", "")
    handles = json.loads(told(app, PICTURE)["document"])["handles"]
    assert not any(handle.get("fixed") for handle in handles)
    app = press(app, "Back")
    assert app.radio[0].disabled
    assert app.radio[0].value == "both"
    assert "That is my prediction" not in labels(app)
    app = press(app, "Start again")
    assert "said" not in app.query_params
    assert not app.error


def _key(app: AppTest, label: str) -> str:
    return next(button.key for button in app.button if button.label == label)


def wrong(question) -> str:
    """Some answer to a question, as a link says it."""
    if question.kind == "choice":
        return question.options[0].name
    if question.kind == "order":
        return ",".join(item.name for item in question.items)
    return str(question.low)


@pytest.mark.few(3)
@pytest.mark.parametrize(
    ("lesson", "step"),
    [(name, at) for name, made in LESSONS.items() for at in range(1, len(made.steps) + 1)],
)
def test_every_step_of_every_lesson_stands_by_its_link(still, lesson, step):
    made = LESSONS[lesson]
    said = ";".join(f"{each.id}:{wrong(each.question)}" for each in made.asks)
    app = visit(PAGE, lesson=lesson, step=str(step), said=said)
    assert not app.exception
    assert not app.error
    assert app.title[0].value == made.title
    assert not re.search(r"\{[a-z_]+\.", words(app))


def test_a_link_of_before_says_the_same(still):
    app = visit(PAGE, v="1", lesson="gauge", step="4", predict="right", check="left")
    assert not app.error
    assert "It is only the linear router’s." in words(app)
    assert app.query_params["said"] == "predict:right;check:left"


def test_a_slope_is_drawn_and_revealed_beside_theory(still):
    app = visit(PAGE, lesson="slow", step="2")
    (drawn,) = (p for p in told_planes(app) if "anchor" in p)
    assert drawn["ends"] == [-1.0, 0.5]
    assert [one["words"] for one in drawn["known"]] == ["known −0.10"]
    assert "Your line begins with slope 0.00: pull its end, or leave it so" in words(app)
    assert press(app, "That is my prediction").query_params["said"] == "predict:0"
    app = visit(PAGE, lesson="slow", step="3", said="predict:-0.3")
    assert "You said −0.30" in words(app)
    assert told(app, STUDY + ".2")["guesses"] == [None, -0.3, None]
    assert len(json.loads(told(app, STUDY + ".2")["screen"])["curves"]) == 3
    (revealed,) = (p for p in told_planes(app) if "panels" in p)
    ends = [label["text"] for label in revealed["panels"][0]["labels"]]
    assert ends == ["you −0.30", "theory −0.50", "measured −0.51"]


def told_planes(app: AppTest) -> list[dict]:
    found = [e.proto for e in app.get("bidi_component") if e.proto.component_name == "moeviz.plane"]
    return [json.loads(json.loads(proto.json)["document"]) for proto in found]


def test_an_answer_to_check_is_judged_and_stays(still):
    app = visit(PAGE, lesson="gauge", step="4", said="predict:right")
    app.radio[0].set_value("left").run()
    app = press(app, "That is my answer")
    assert "It is only the linear router’s." in words(app)
    assert app.radio[0].disabled
    assert app.query_params["said"] == "predict:right;check:left"


def test_what_follows_a_question_waits_for_its_answer(still):
    told_later = "What looked slow after that was how the error was read."
    app = visit(PAGE, lesson="noise", step="5", said="predict:0")
    assert told_later not in words(app)
    app = visit(PAGE, lesson="noise", step="5", said="predict:0;check:plain,pinned,printed")
    assert told_later in words(app)


def test_a_run_is_asked_for_live_and_the_kept_result_stays_meanwhile(still):
    app = visit(PAGE, lesson="slow", step="3", said="predict:-0.3")
    app = press(app, "Run it live")
    assert not app.exception
    (spec,) = still.submitted
    assert spec["truth_seed"] == 2
    assert app.query_params["seed"] == "2"
    assert told(app, STUDY + ".2")["job"] == spec.hash
    assert "−0.51" in words(app).replace("\\", "")
    app = press(app, "Cancel")
    assert still.cancelled == [spec.hash]
    assert "seed" not in app.query_params


def test_progress_is_kept_and_can_be_forgotten(still, monkeypatch):
    monkeypatch.setattr("moeviz.ui.lessons.kept.person", lambda visitor: "somebody")
    app = visit(PAGE, lesson="gauge", step="3", said="predict:both")
    app = press(app, "All lessons")
    assert "You are at step 3 of 5." in words(app)
    app = press(app, "Go on")
    assert app.query_params["said"] == "predict:both"
    assert app.query_params["step"] == "3"
    app = press(press(app, "All lessons"), "Forget my answers")
    assert "You are at step" not in words(app)


def test_a_finished_lesson_stays_finished_when_it_is_looked_at_again(still, monkeypatch):
    monkeypatch.setattr("moeviz.ui.lessons.kept.person", lambda visitor: "somebody")
    said = "predict:both;check:left"
    app = press(visit(PAGE, lesson="gauge", step="5", said=said), "All lessons")
    assert "You came to its end." in words(app)
    app = press(visit(PAGE, lesson="gauge"), "All lessons")  # a look, nothing answered
    assert "You came to its end." in words(app)
    assert "You are at step" not in words(app)
    app = press(app, "Look again")
    assert (app.query_params["said"], "step" in app.query_params) == (said, False)
    app = press(press(app, "Start again"), "All lessons")
    assert "You came to its end." in words(app)
    assert "said" not in press(app, "Look again").query_params


def test_the_record_is_a_pdf_that_reads_no_markup():
    lesson = LESSONS["noise"]
    said = {"predict": "0", "check": "plain,printed,pinned"}
    record = record_of(lesson, said, looked_up(lesson))
    assert [row["verdict"] for row in record["rows"]] == ["not so", "not so"]
    record["rows"][0]["said"] = '#read("/etc/passwd") $x$ *b*'
    assert record_pdf(record).startswith(b"%PDF")


def test_a_record_says_what_is_not_answered_yet_and_does_not_give_it_away():
    lesson, facts = LESSONS["noise"], looked_up(LESSONS["noise"])
    for said in ({}, {"predict": "0"}):
        record = record_of(lesson, said, facts)
        assert len(record["rows"]) == 2
        (check,) = (row for row in record["rows"] if row["kind"] == "Check")
        assert (check["said"], check["right"], check["rows"]) == ("", "", ())
        assert b"/Count 1" in record_pdf(record)
    assert (
        f"study cosine-exact, truth number {facts['plain.seed']} ({facts['plain.date']})"
        in (record["sources"])
    )


def test_a_record_of_any_letters_and_lengths_has_no_empty_page():
    row = {"kind": "Check", "question": "中文 עברית 😀", "said": "W" * 160, "right": "x " * 700}
    rows = [{**row, "verdict": "right", "rows": [("Theory", "word " * 300)] * 4}]
    record = {"title": "W" * 80, "date": "2026", "sources": [], "rows": rows}
    assert re.findall(rb"/Count (\d+)", record_pdf(record)) == [b"3"]


@pytest.mark.parametrize(
    "link",
    [
        {"lesson": "nothing"},
        {"lesson": "own-mine"},
        {"lesson": "slow", "step": "0"},
        {"lesson": "slow", "step": "99999999999999999999"},
        {"lesson": "slow", "step": "0" * 8 + "1" + "9" * 5000},
        {"lesson": "slow", "step": "two"},
        {"lesson": "slow", "step": "²"},
        {"lesson": "slow", "step": "9"},
        {"lesson": "slow", "step": "3"},
        {"lesson": "slow", "step": "3", "said": "predict:nan"},
        {"lesson": "slow", "step": "3", "said": "predict:both"},
        {"lesson": "slow", "step": "2", "said": "look:both"},
        {"lesson": "slow", "step": "2", "said": "predict"},
        {"lesson": "slow", "said": "predict:-0.5;" * 900},
        {"lesson": "slow", "seed": "0"},
        {"lesson": "gauge", "step": "3", "said": "predict:-0.5"},
        {"lesson": "gauge", "said": "check:both"},
        {"lesson": "gauge", "step": "4", "said": "predict:both;check:[x](y)"},
        {"lesson": "noise", "step": "5", "said": "predict:0;check:plain,plain,plain"},
    ],
)
def test_nonsense_in_the_address_gives_a_sentence_and_a_way_out(still, link):
    app = visit(PAGE, **link)
    assert not app.exception
    assert len(app.error) == 1
    app = press(app, "Start again")
    assert not app.error
    assert app.title


def test_another_lesson_is_one_press_away(still):
    slow = "Why does the cosine router look slow?"
    app = press(visit(PAGE, lesson="gauge", step="5", said="predict:both"), slow)
    assert app.title[0].value == slow
    assert app.query_params["lesson"] == "slow"
    assert "said" not in app.query_params
    assert "step" not in app.query_params


@pytest.mark.parametrize(
    ("link", "named"),
    [({"step": "3"}, "step 3"), ({"said": "check:both"}, "an answer to the check")],
)
def test_what_needs_a_prediction_first_is_named(still, link, named):
    (error,) = visit(PAGE, lesson="gauge", **link).error
    assert f"a prediction before {named}" in error.value


def test_what_is_committed_is_what_stands_there_when_the_button_is_pressed(still):
    """A slider that moved after the page was drawn: the browser sends it with the press."""
    app = visit(PAGE, lesson="trust", step="2")
    app.slider[0].set_value(64.0)
    app = press(app, "That is my prediction")
    assert app.query_params["said"] == "predict:64"
    assert app.query_params["step"] == "3"


@pytest.mark.parametrize(
    ("needs", "said"),
    [((), ""), (("What is a gate?",), "What is a gate?"), (("a", "a slope"), "a; a slope.")],
)
def test_what_a_lesson_needs_ends_its_sentence(needs, said):
    assert needs_of(SimpleNamespace(needs=needs)) == said
