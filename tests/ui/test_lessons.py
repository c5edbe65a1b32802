"""The page of lessons without a browser: steps, predictions that stay, links."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

from moeviz.lessons import LESSONS
from moeviz.ui.lessons.looks import PICTURE, STUDY
from tests.ui.still import told, visit, words

PAGE = "pages/teach/lessons.py"


def press(app: AppTest, label: str) -> AppTest:
    (button,) = (each for each in app.button if each.label == label)
    return button.click().run()


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def test_the_first_view_is_a_question_with_a_picture_that_stays_still(still):
    app = visit(PAGE)
    assert not app.exception
    assert app.title[0].value == "What is a gauge?"
    handles = json.loads(told(app, PICTURE)["document"])["handles"]
    assert all(handle["fixed"] for handle in handles)
    assert app.query_params["lesson"] == "gauge"
    assert {"Next", "Start again"} <= set(labels(app))


def test_a_prediction_is_committed_once_and_then_revealed(still):
    app = press(visit(PAGE), "Next")
    assert "Next" not in labels(app)
    assert app.button(key=_key(app, "That is my prediction")).disabled
    app.radio[0].set_value("both").run()
    app = press(app, "That is my prediction")
    assert not app.exception
    assert app.query_params["predict"] == "both"
    assert "You said both routers’." in words(app)
    assert "cosine 0" in words(app).replace("\\", "")
    handles = json.loads(told(app, PICTURE)["document"])["handles"]
    assert not any(handle.get("fixed") for handle in handles)
    app = press(app, "Back")
    assert app.radio[0].disabled
    assert app.radio[0].value == "both"
    assert "That is my prediction" not in labels(app)
    app = press(app, "Start again")
    assert "predict" not in app.query_params
    assert not app.error


def _key(app: AppTest, label: str) -> str:
    return next(button.key for button in app.button if button.label == label)


@pytest.mark.parametrize("lesson", list(LESSONS))
def test_every_step_of_every_lesson_stands_by_its_link(still, lesson):
    made = LESSONS[lesson]
    question = made.predicts[1].question
    guess = getattr(question, "options", None)
    answers = {
        "predict": guess[0].name if guess else str(question.low),
        "check": made.checks[1].question.options[0].name,
    }
    for step in range(1, len(made.steps) + 1):
        app = visit(PAGE, lesson=lesson, step=str(step), **answers)
        assert not app.exception
        assert not app.error
        assert app.title[0].value == made.title
        assert not any(mark in words(app) for mark in ("{", "}"))


def test_only_the_curves_of_the_step_can_be_seen(still):
    app = visit(PAGE, lesson="slow", step="2")
    before = json.loads(told(app, STUDY)["screen"])
    assert len(before["curves"]) == 1
    assert told(app, STUDY)["guesses"] == [None]
    app.slider[0].set_value(-0.3).run()
    app = press(app, "That is my prediction")
    after = json.loads(told(app, STUDY)["screen"])
    assert len(after["curves"]) == 3
    assert after["curves"][0]["colour"] == before["curves"][0]["colour"]
    assert told(app, STUDY)["guesses"] == [None, -0.3, None]
    assert "You said −0.30" in words(app)


def test_an_answer_to_check_is_judged_and_stays(still):
    app = visit(PAGE, lesson="gauge", step="4", predict="right")
    app.radio[0].set_value("left").run()
    app = press(app, "That is my answer")
    assert "The answer is: only the linear router’s." in words(app)
    assert app.radio[0].disabled
    assert app.query_params["check"] == "left"


@pytest.mark.parametrize(
    "link",
    [
        {"lesson": "nothing"},
        {"lesson": "slow", "step": "0"},
        {"lesson": "slow", "step": "99999999999999999999"},
        {"lesson": "slow", "step": "two"},
        {"lesson": "slow", "step": "²"},
        {"lesson": "slow", "step": "9"},
        {"lesson": "slow", "step": "3"},
        {"lesson": "slow", "step": "3", "predict": "nan"},
        {"lesson": "slow", "step": "3", "predict": "both"},
        {"lesson": "gauge", "step": "3", "predict": "-0.5"},
        {"lesson": "gauge", "check": "both"},
        {"lesson": "gauge", "step": "4", "predict": "both", "check": "[x](y)"},
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
    app = press(visit(PAGE, lesson="gauge", step="5", predict="both"), slow)
    assert app.title[0].value == slow
    assert app.query_params["lesson"] == "slow"
    assert "predict" not in app.query_params
    assert "step" not in app.query_params
