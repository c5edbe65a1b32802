"""The page of attention without a browser: links, what to try, what can be typed."""

from __future__ import annotations

import json

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1 import AppTest

from moeviz.charts.attention import FIRST_SENTENCE, MOST_WORDS, SENTENCES, Setup
from moeviz.charts.primer import vectors
from moeviz.errors import MoevizError
from moeviz.ui.attention.link import ATTENTION_PAGE, setup_of
from moeviz.ui.attention.page import TRIES
from moeviz.ui.attention.state import PICTURE
from tests.ui.still import component, said, told, visit

PAGE = "pages/see/attention.py"


def document(app: AppTest) -> dict:
    return json.loads(told(app, PICTURE)["document"])


def link(app: AppTest) -> dict[str, str]:
    return {k: v[0] if isinstance(v, list) else v for k, v in app.query_params.items()}


def drag(app: AppTest, **handles) -> AppTest:
    state = {"moved": {"handles": handles, "serial": 1}}
    states = app._tree.get_widget_states()
    place = component(app, PICTURE).id
    states.widgets.append(WidgetState(id=place, json_value=json.dumps(state)))
    return app._run(states)


def test_the_first_view_is_drawn_with_one_score_raised(still):
    app = visit(PAGE)
    assert not app.exception
    assert app.title[0].value == "Is attention a gate?"
    found = document(app)
    assert found["words"] == FIRST_SENTENCE.split()
    assert found["handles"][-1]["at"] == [2.0, 0.0]
    assert component(app, "attention.formula")
    assert link(app) == {"v": "1"}
    assert "moeviz primer" in said(app.markdown)
    assert len(app.get("page_link")) == 2


def test_a_typed_sentence_is_shown_with_what_it_lacks(still):
    app = visit(PAGE)
    (field,) = app.text_input
    field.set_value("The cats <b>eat</b> milk").run()
    assert not app.exception
    assert document(app)["words"] == ["the", "cats", "b", "eat", "b", "milk"]
    assert len(app.info) == 1
    assert "cats" in app.info[0].value
    app.text_input[0].set_value("cat " * 30).run()
    assert len(document(app)["words"]) == MOST_WORDS
    assert "got 30" in app.info[0].value
    app.text_input[0].set_value("").run()
    assert document(app)["words"] == FIRST_SENTENCE.split()
    assert "got none" in app.info[0].value


def test_a_sentence_is_chosen_and_all_else_stays(still):
    app = visit(PAGE, wv11="2", **{"raise": "1.5"})
    app.selectbox[0].set_value(SENTENCES[2]).run()
    assert not app.exception
    assert document(app)["words"] == SENTENCES[2].split()
    assert document(app)["wV"] == [2.0, 0.0, 0.0, 1.0]
    assert link(app) == {"v": "1", "sentence": SENTENCES[2], "wv11": "2.0", "raise": "1.5"}


def test_handles_that_were_moved_stand_in_the_address(still):
    app = drag(visit(PAGE), w1=[0.5, -0.25], w0=list(vectors()["a"]), cell=[0.5, 4.5], **{
        "raise": [-1.3, 0.0],
    })  # fmt: skip
    assert not app.exception
    wanted = {"v": "1", "row": "1", "word": "1", "raise": "-1.3", "vectors": "cat:0.5:-0.25"}
    assert link(app) == wanted
    again = visit(PAGE, **wanted)
    assert document(again) == document(app)
    (back,) = (each for each in again.button if each.label == "Words back to the primer")
    back.click().run()
    assert "vectors" not in link(again)
    assert [h["at"] for h in document(again)["handles"]][1] == list(vectors()["cat"])


def test_a_place_belongs_to_a_word_and_not_to_a_sentence(still):
    app = drag(visit(PAGE), w1=[0.5, -0.25])
    app.text_input[0].set_value("the hungry cat").run()
    assert document(app)["handles"][2]["at"] == [0.5, -0.25]
    assert not app.exception


def test_a_matrix_is_set_by_its_numbers(still):
    app = visit(PAGE)
    assert len(app.number_input) == 12
    app.number_input[1].set_value(-0.5).run()
    assert document(app)["wQ"] == [1.5, -0.5, 0.0, 1.5]
    assert link(app)["wq12"] == "-0.5"


@pytest.mark.parametrize("label", TRIES)
def test_what_to_try_sets_the_page(still, label):
    app = visit(PAGE)
    app.button(key=f"attention.try.{label}").click().run()
    assert not app.exception
    assert not app.info
    wanted = ATTENTION_PAGE.read(TRIES[label])
    assert ATTENTION_PAGE.read(link(app)) == wanted
    assert document(app)["words"] == list(setup_of(wanted)[0].words)


BAD = {
    "row": "0", "word": "nan", "raise": "nan", "vectors": "cat:nan:1", "wq11": "nan", "v": "99",
    "sentence": "cat " * 10_000,
}  # fmt: skip
MORE = {
    "row": "9", "word": "1.5", "raise": "5", "vectors": "cat:1", "wk22": "1e9", "wv12": "inf",
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text"),
    [*BAD.items(), *MORE.items(), ("vectors", "<b>:1:1"), ("vectors", ":,:"), ("vectors", "a:0:2")],
)
def test_a_bad_link_is_refused_in_one_sentence(name, text):
    with pytest.raises(MoevizError, match="Expected"):
        ATTENTION_PAGE.read({name: text})


def test_a_bad_link_gives_a_sentence_and_a_way_out(still):
    app = visit(PAGE, vectors="cat:nan:1")
    assert not app.exception
    assert len(app.error) == 1
    app.button[0].click().run()
    assert not app.error
    assert document(app)["words"] == FIRST_SENTENCE.split()


def test_a_row_that_a_shorter_sentence_lacks_is_its_last_one():
    setup, notices = setup_of(ATTENTION_PAGE.read({"sentence": "cat", "row": "8", "word": "8"}))
    assert (setup.row, setup.token) == (0, 0)
    assert not notices
    assert setup_of(ATTENTION_PAGE.read({})) == (Setup(), [])
