"""The page of gates without a browser: links, what to try, and what a browser may say."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

from moeviz.errors import MoevizError
from moeviz.model import SCORES
from moeviz.ui.gates.link import GATES_PAGE, setup_of
from moeviz.ui.gates.page import TRIES
from moeviz.ui.gates.state import PICTURE
from moeviz.ui.shared.link import Request
from tests.ui.still import component, told, visit

PAGE = "pages/see/gates.py"

STRANGEST = [
    "dot(b,x)", "tanh(b1*x1)", "exp(exp(b1*x1))", "b1*log(x1)", "b1/x1", "sqrt(b1*x1)",
    "b1*x1/(x1 - x1)", "dot(b,x)^8", "b1*x3", "b7*x1", "2x1", "b1*x1 +", "norm(b)", "x1", "b1",
    "b2*x1", "winner(b1,x1)", "__import__(b1*x1)", "b1*x1" + " + b1*x1" * 60, "(" * 30 + "b1*x1",
    "b1*x1*1e3", "b1*x1^99", "β1*x1", "b1*x1 # dot",
]  # fmt: skip

DRAWN = STRANGEST[:8]
"""What the lab may refuse to fit, and the picture shows."""


def document(app: AppTest) -> dict:
    return json.loads(told(app, PICTURE)["document"])


def shows_picture(app: AppTest) -> bool:
    return any(each.proto.id.endswith(f"-{PICTURE}") for each in app.get("bidi_component"))


def test_the_first_view_is_drawn_with_two_models_and_a_vector_pulled(still):
    app = visit(PAGE)
    assert not app.exception
    found = document(app)
    assert [model["short"] for model in found["models"]] == ["cosine router", "linear router"]
    first = found["handles"][0]
    assert first["at"] == [1.8, 0.5]
    assert first["ghost"] == [0.9, 0.25]
    assert component(app, "gates.formula")
    assert dict(_flat(app)) == {"v": "1"}


def test_every_router_is_there(still):
    app = visit(PAGE)
    for router, score in SCORES.items():
        (box,) = (each for each in app.selectbox if each.label == "Router, left")
        box.set_value(router).run()
        assert not app.exception
        assert not app.error
        assert document(app)["models"][0]["title"].lower() == score.title.lower()


def test_a_strange_formula_is_drawn_or_gives_one_sentence(still):
    app = visit(PAGE, left="custom")
    for text in STRANGEST:
        (field,) = (each for each in app.text_input if each.label.startswith("Score of your own"))
        field.set_value(text).run()
        assert not app.exception, text
        assert len(app.error) <= 1, text
        assert app.error or shows_picture(app), text
        assert not (text in DRAWN and app.error), text
        assert all("Expected" in error.value for error in app.error), text
        assert all("Traceback" not in error.value for error in app.error), text


def test_what_to_try_sets_the_page(still):
    app = visit(PAGE)
    for label, link in TRIES.items():
        app.button(key=f"gates.try.{label}").click().run()
        assert not app.exception
        assert not app.error
        wanted = GATES_PAGE.read(link)
        assert GATES_PAGE.read(dict(_flat(app))) == wanted
        shown = [handle["at"] for handle in document(app)["handles"] if handle["id"][0] == "b"]
        assert shown == [list(vector) for vector in setup_of(wanted).vectors]


def _flat(app: AppTest):
    for name, said in app.query_params.items():
        yield name, said[0] if isinstance(said, list) else said


BAD = {
    "beta": "1,2,3", "x": "nan,0", "shift": "1e9,0", "ends": "1,2", "offsets": ",", "start": "a,b",
    "experts": "9", "left": "banana", "view": "9", "tau1": "-1", "score_formula": "2x1", "v": "77",
}  # fmt: skip


def test_a_bad_link_gives_one_sentence_and_a_way_out(still):
    for name, text in BAD.items():
        with pytest.raises(MoevizError, match="Expected"):
            GATES_PAGE.read({name: text})
    app = visit(PAGE, left="banana")
    assert not app.exception
    assert len(app.error) == 1
    app.button[0].click().run()
    assert not app.error
    assert shows_picture(app)


def test_links_say_the_whole_screen():
    texts = {
        "v": "1", "beta": "1,0.5,-0.25,1", "x": "0.5,0.25", "offsets": "0,1.5,0", "experts": "4",
        "left": "custom", "score_formula": "b1*x1", "added": "v", "shift": "0.1,0.1",
    }  # fmt: skip
    request = GATES_PAGE.read(texts)
    assert GATES_PAGE.write(request) == texts
    setup = setup_of(request)
    assert setup.vectors[:2] == ((1.0, 0.5), (-0.25, 1.0))
    assert len(setup.vectors) == len(setup.start) == len(setup.offsets) == 4
    assert setup.shift == (0.1, 0.1)


def test_a_start_without_length_is_not_compared_with():
    request = GATES_PAGE.read({"start": "0,0,1,1"})
    assert setup_of(request).start[0] != (0.0, 0.0)
    assert setup_of(Request(request.own, request.values)).start[1] == (1.0, 1.0)


def page_of_moved() -> None:
    """Say where the handles are, as a browser would."""
    import streamlit as st

    from moeviz.ui.shared.plane import moved

    said = st.text_input("said", key="said")
    if said:
        import json

        st.session_state["picture"] = {"moved": json.loads(said)}
        st.markdown(repr(moved("picture")))


SAID = {
    '{"handles": {"b1": [1, 2.5]}}': "Moved(handles={'b1': (1.0, 2.5)})",
    '{"handles": {"b1": [1, "a"], "b2": 3, "b3": [1e99, 0]}}': "Moved(handles={})",
    f'{{"handles": {{"b1": [1{"0" * 400}, 0], "b2": [NaN, Infinity]}}}}': ("Moved(handles={})"),
    '{"handles": 7}': "None",
    "[1]": "None",
}


@pytest.mark.parametrize(("said", "found"), SAID.items())
def test_what_a_browser_says_is_taken_as_numbers_or_not_at_all(said, found):
    app = AppTest.from_function(page_of_moved, default_timeout=20).run()
    app.text_input(key="said").set_value(said).run()
    assert not app.exception
    assert app.markdown[0].value == found


def test_what_is_pasted_is_read_whole_and_refused_with_a_sentence(still):
    app = visit(PAGE, left="custom")
    assert not any(field.proto.max_chars for field in app.text_input)
    (field,) = (each for each in app.text_input if each.label.startswith("Score of your own"))
    field.set_value("b1*x1+" * 100 + "b1*x1").run()
    (error,) = app.error
    assert "at most 400 characters" in error.value
    assert "got 605; shorten it" in error.value
