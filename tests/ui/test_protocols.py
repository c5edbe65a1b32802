"""The page of protocol maps, without a browser."""

from __future__ import annotations

import json

import pytest

from moeviz.charts.protocol_picture import cell_at
from moeviz.errors import SpecificationError
from moeviz.study import LIVE, PRESETS
from moeviz.study.protocol_blocks import run_map_block
from moeviz.study.protocol_kept import kept_map, map_names, named_map
from moeviz.study.protocol_map import ProtocolMap
from moeviz.study.protocol_plan import split_map
from moeviz.text import signed
from moeviz.ui.protocols.link import AT, FIGURE, JOB, KEPT, PROTOCOLS_PAGE
from moeviz.ui.protocols.page import TITLE
from moeviz.ui.protocols.state import PICTURE
from moeviz.ui.shared.link import Request
from tests.ui.still import said, snapshot, told, visit, words

PAGE = "pages/lab/protocols.py"
FIGURE_LIVE = named_map("cosine-fig1a", LIVE)
SMALL = ProtocolMap.make(
    "sigmoid-fig2b", [(0.1, 0.0), (0.1, 0.5)], [{"batch": 0}, {"batch": 32}], (60, 120), 2
)


@pytest.fixture(scope="module")
def blocks():
    return {block.id: run_map_block(SMALL, block) for block in split_map(SMALL)}


def picture(app):
    return json.loads(told(app, PICTURE)["document"])


def turned(app, kept):
    """The page with the kept map on show, or the live one."""
    (choice,) = app.segmented_control
    return choice.set_value(kept).run()


def test_the_page_opens_on_the_first_figure_with_its_map_and_lesson(still):
    app = visit(PAGE)
    assert not app.exception
    assert not app.error
    assert [title.value for title in app.title] == [TITLE]
    document = picture(app)
    assert [one["printed"] for one in document["curves"]] == [
        one.slope for one in PRESETS["cosine-fig1a"].published
    ]
    assert document["lesson"].replace("*", "") in words(app)


@pytest.mark.parametrize("name", ["multinomial-fig2a", "sigmoid-fig1a"])
def test_a_link_names_a_figure_and_a_cell(still, name):
    app = visit(PAGE, figure=name, at="2.3")
    assert not app.exception
    document = picture(app)
    (handle,) = document["handles"]
    assert handle["at"] == [1.5, handle["cells"][1] - 2.5]
    assert app.query_params["at"] == ["2.3"] or app.query_params["at"] == "2.3"
    assert app.selectbox[0].value == name


def test_run_submits_the_live_map_and_the_address_names_it(still):
    app = visit(PAGE)
    app.button(key="protocols.run").click().run()
    assert not app.exception
    assert still.submitted == [FIGURE_LIVE]
    assert FIGURE_LIVE.hash in str(app.query_params["job"])
    app.button(key="protocols.cancel").click().run()
    assert still.cancelled == [FIGURE_LIVE.hash]


def test_a_map_that_was_run_here_is_drawn(still, blocks):
    still.jobs[SMALL.hash] = snapshot(SMALL, "done", blocks)
    app = visit(PAGE, figure="sigmoid-fig2b", job=SMALL.hash)
    assert not app.exception
    document = picture(app)
    slopes = [cell["curves"][0]["slope"] for line in document["cells"] for cell in line]
    assert all(slopes)
    assert "Finished" in said(app.markdown)


def test_the_protocol_on_show_opens_in_the_lab(still, blocks):
    still.jobs[SMALL.hash] = snapshot(SMALL, "done", blocks)
    app = visit(PAGE, figure="sigmoid-fig2b", job=SMALL.hash, at="1.4")
    (link,) = [each for each in app.get("page_link") if "lab" in each.proto.label]
    assert "batches of 32 from starts 0.1·n^(−1/2) away" in link.proto.label.replace("\\", "")
    query = link.proto.query_string
    assert "batch=32" in query
    assert "start_power=0.5" in query
    assert "preset=sigmoid-fig2b" in query


def test_a_map_that_goes_on_is_drawn_as_far_as_it_is(still, blocks):
    some = dict(list(blocks.items())[:3])
    still.jobs[SMALL.hash] = snapshot(SMALL, "running", some)
    app = visit(PAGE, figure="sigmoid-fig2b", job=SMALL.hash)
    assert not app.exception
    assert picture(app)["handles"]
    assert [button.label for button in app.button] == ["Run it too"]
    words = said(app.markdown).replace("\\", "")
    assert "Live map: 4 protocols, 2 sizes from 60 to 120, 2 replicates" in words


@pytest.mark.parametrize("state", ["running", "done"])
def test_the_kept_map_and_the_live_one_are_both_reached_and_named(still, blocks, state):
    kept = kept_map("sigmoid-fig2b")
    some = blocks if state == "done" else dict(list(blocks.items())[:3])
    still.jobs[SMALL.hash] = snapshot(SMALL, state, some)
    app = visit(PAGE, figure="sigmoid-fig2b", job=SMALL.hash, at="1.1")
    assert len(picture(app)["sizes"]) == 2
    app = turned(app, True)
    assert not app.exception
    words = said(app.markdown).replace("\\", "")
    assert (
        f"Kept map: {len(kept.result.cells)} protocols, {len(kept.result.asked.sizes)} sizes"
        in words
    )
    assert f"computed on {kept.date}" in words
    assert "Live map: " in words, "how far it is"
    document = picture(app)
    assert document["sizes"] == list(kept.result.asked.sizes)
    assert app.query_params["kept"] in ("1", ["1"])
    again = visit(PAGE, **{name: "".join(value) for name, value in app.query_params.items()})
    assert picture(again) == document
    app = turned(app, False)
    assert len(picture(app)["sizes"]) == 2
    assert "kept" not in app.query_params
    assert "Live map: 4 protocols" in said(app.markdown).replace("\\", "")


def test_the_cell_stays_where_both_maps_have_its_protocol(still, blocks):
    still.jobs[SMALL.hash] = snapshot(SMALL, "done", blocks)
    asked = kept_map("sigmoid-fig2b").result.asked
    wanted = (SMALL.laws[1], SMALL.ways[0])
    assert wanted[0] in asked.laws
    assert wanted[1] in asked.ways
    app = visit(PAGE, figure="sigmoid-fig2b", job=SMALL.hash, at="1.3")
    app = turned(app, True)
    (handle,) = picture(app)["handles"]
    column, row = int(handle["at"][0]), int(handle["cells"][1] - handle["at"][1])
    cell = cell_at(kept_map("sigmoid-fig2b").result, (column, row))
    assert (asked.laws[cell.law], asked.ways[cell.way]) == wanted


def test_a_figure_without_a_map_says_how_to_get_one(still):
    (name, *_) = [name for name in map_names() if kept_map(name) is None]
    app = visit(PAGE, figure=name)
    words = said(app.markdown).replace("\\", "")
    assert f"python -m moeviz protocols {name} --full" in words
    assert "Run live fills these" in words
    lesson = picture(app)["lesson"]
    assert all(signed(one.slope) in lesson for one in PRESETS[name].published)


def test_a_map_that_ended_early_can_go_on(still, blocks):
    still.jobs[SMALL.hash] = snapshot(SMALL, "interrupted", dict(list(blocks.items())[:3]))
    app = visit(PAGE, figure="sigmoid-fig2b", job=SMALL.hash)
    app.button(key="protocols.continue").click().run()
    assert still.submitted == [SMALL]


def test_an_unknown_map_is_said_to_be_unknown(still):
    app = visit(PAGE, job="0123456789abcdef")
    assert not app.exception
    assert "knows none" in app.error[0].value


@pytest.mark.parametrize("text", ["0.1", "1", "1.", "a.b", "100.1", "1.00", "-1.2", "1.2.3"])
def test_a_place_that_is_none_is_refused_in_a_sentence(text):
    with pytest.raises(SpecificationError, match="Expected at to be column and row"):
        PROTOCOLS_PAGE.read({"at": text})


def test_links_say_what_is_shown():
    for name in map_names():
        for kept in (False, True):
            wanted = Request({FIGURE: name, AT: (2, 0), JOB: None, KEPT: kept}, {})
            assert PROTOCOLS_PAGE.read(PROTOCOLS_PAGE.write(wanted)) == wanted


def test_what_is_kept_is_said_with_its_date(still):
    for name in map_names()[:3]:
        app = visit(PAGE, figure=name)
        kept = kept_map(name)
        wanted = "Nothing is kept" if kept is None else kept.date
        assert wanted in said(app.markdown).replace("\\", "")
