"""The training page without a browser: form and links, texts, runs on show, addresses of tokens."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.requests import Request as Question
from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.proto.WidgetStates_pb2 import WidgetState

import moeviz.ui.train.looks as looks
import moeviz.ui.train.picture as picture
from moeviz.charts.papers import table_name
from moeviz.engine import Snapshot
from moeviz.errors import SpecificationError
from moeviz.text import json_text
from moeviz.train.cost import seconds_with
from moeviz.train.fields import FIELDS
from moeviz.train.kept import KeptTraining
from moeviz.train.plan import plan
from moeviz.train.presets import PRESETS
from moeviz.train.result import assemble
from moeviz.train.run import run_stretch
from moeviz.train.specification import Training
from moeviz.train.text import MOST_BYTES, MOST_DOCUMENT, shipped_text
from moeviz.ui.shared.news import tell
from moeviz.ui.train.below import TABS, counted, printed_table
from moeviz.ui.train.controls import cost, seconds_of
from moeviz.ui.train.files import read_run
from moeviz.ui.train.form import heading, method_title
from moeviz.ui.train.link import FIRST_PRESET, TRAIN, VIEW, form_fields, preset_lines, request_for
from moeviz.ui.train.looks import answer, kept_source, looks_route
from moeviz.ui.train.own import MOST_TEXTS, remember, text_of
from moeviz.ui.train.picture import PICTURE, about_kept, sides
from moeviz.ui.train.predict import FIRST, NEITHER, PREDICT, SECOND, came_out, outcome
from moeviz.ui.train.switches import KEY
from tests.ui.still import component, said, told, visit, words
from tests.ui.still import snapshot as still_snapshot

PAGE = "pages/train/sparse.py"
SMALL = {
    "seeds": "2", "seed": "41", "steps": "10", "points": "2", "batch": "2", "layers": "1",
    "width": "8", "heads": "1", "context": "8", "experts": "2", "top": "1", "hidden": "4",
    "projection": "2",
}  # fmt: skip
SPEC = PRESETS[FIRST_PRESET].build(
    {name: FIELDS[name].read(text) for name, text in SMALL.items()}
    | {"methods": PRESETS[FIRST_PRESET].first}
)
TEXT = b"".join(b"line %d says something else.\n" % number for number in range(200))
UNKNOWN = "0123456789abcdef"


@pytest.fixture(scope="module")
def records() -> dict[str, Any]:
    states: dict[str, bytes] = {}
    found = {}
    for block in plan(SPEC):
        before = states[block.before] if block.before else None
        found[block.id], states[block.id] = run_stretch(SPEC, block.run, block.number, before)
    return found


@pytest.fixture(autouse=True)
def _forget():
    answer.cache_clear()


def snapshot(state: Any, results: dict[str, Any], spec: Any = SPEC) -> Snapshot:
    return still_snapshot(spec, state, results)


def address(app) -> dict[str, str]:
    return {n: v if isinstance(v, str) else v[0] for n, v in app.query_params.items()}


def keep(monkeypatch, records, spec=SPEC) -> KeptTraining:
    tokens = {"kind": "text", "rows": ["of another"]}
    result = assemble(spec, records, 75.0, "cpu")
    content = KeptTraining("2026-05-04", "a processor", result, tokens)
    for module in (picture, looks):
        monkeypatch.setattr(module, "kept", lambda name: content if name == spec.name else None)
    return content


def test_keys_of_the_page_are_no_fields():
    assert not {key.name for key in TRAIN.keys} & set(FIELDS)


@pytest.mark.parametrize("preset", PRESETS)
def test_every_question_opens_and_can_be_run(still, preset):
    app = visit(PAGE, preset=preset)
    assert not app.exception
    assert not app.error
    assert [title.value for title in app.title] == [heading(preset, PRESETS[preset].defaults)]
    app.button(key="train.run").click().run()
    assert not app.exception
    (spec,) = still.submitted
    assert spec == PRESETS[preset].build({"methods": PRESETS[preset].first})
    assert address(app)["job"] == spec.hash
    assert seconds_of(spec) < 300


def test_the_first_run_is_said_to_take_at_most_ninety_seconds():
    spec = PRESETS[FIRST_PRESET].build({"methods": PRESETS[FIRST_PRESET].first})
    assert cost(spec).startswith("2 methods × 3 seeds, about ")
    assert seconds_of(spec) < 90


def test_the_time_that_is_said_counts_a_dense_start_and_many_looks():
    known = PRESETS[FIRST_PRESET]
    values = {"methods": "smoe", "seeds": 2, "dense_steps": 600}
    dense = seconds_of(known.build({**values, "start": "upcycled"}))
    # Its steps cost little less than a sparse network's, and every worker takes them for itself.
    assert dense > 1.5 * seconds_of(known.build({**values, "start": "scratch"}))
    tiny = {**values, **dict.fromkeys(("width", "context"), 8), "heads": 1, "hidden": 4,
            "batch": 1, "layers": 8, "experts": 64, "steps": 60}  # fmt: skip
    few, many = (seconds_of(known.build({**tiny, "points": points})) for points in (4, 60))
    # Measured: half a second to a second a look.
    assert many - few > 10


def test_the_time_that_is_said_counts_what_every_run_costs_however_short():
    spec = PRESETS["cosine-dg"].build({"seeds": 1, "steps": 60})
    # Measured: 18 runs take 16 to 23 seconds of a processor.
    assert 15 < seconds_with(spec, 1) < 23


def test_a_kept_result_and_a_run_open_with_the_same_two_methods():
    spec = PRESETS["cosine-dg"].build()
    view = {"left": "smoe", "right": "perturbed-cosine"}
    assert sides(spec, spec) == view
    dense = PRESETS["cosine-dg"].build({"seeds": 1, "methods": f"{spec['methods']}\ndense-active"})
    assert sides(dense, dense) == view


def test_a_link_says_what_is_set_and_gives_it_back(still):
    view = {"layer": "1", "shown": "42", "at": "10", "left": "competesmoe", "domain": "0"}
    app = visit(PAGE, **SMALL, **view)
    assert not app.exception
    app.button(key="train.run").click().run()
    assert still.submitted == [SPEC]
    assert SMALL.items() <= address(app).items()
    assert "shown" not in address(app)  # Another run is looked at as it is by itself.
    again = visit(PAGE, **{**address(app), **view})
    assert address(again) == {**address(app), **view}


def test_a_run_alone_brings_its_form_along(still, records):
    still.jobs[SPEC.hash] = snapshot("done", records)
    app = visit(PAGE, job=SPEC.hash, layer="1")
    assert not app.exception
    assert SMALL.items() <= address(app).items()
    assert address(app)["layer"] == "1"
    assert TRAIN.read(address(app)).values == SPEC.fields


@pytest.mark.parametrize(
    ("params", "word"),
    [
        ({"preset": "nonsense"}, "nonsense"),
        ({"job": UNKNOWN}, UNKNOWN),
        ({"text": UNKNOWN}, "no link carries"),
        ({"methods": "banana"}, "banana"),
    ],
)
def test_a_bad_link_is_one_sentence(still, params, word):
    app = visit(PAGE, **params)
    assert not app.exception
    (sentence,) = app.error
    assert word in sentence.value.replace("\\", "")
    assert not still.submitted


@pytest.mark.parametrize(
    ("params", "word"),
    [
        ({"job": "xyz"}, "hexadecimal"),
        ({"text": "../../etc"}, "hexadecimal"),
        ({"layer": "0"}, "layer"),
        ({"layer": "1e9"}, "layer"),
        ({"shown": "١"}, "shown"),
        ({"shown": "99999999999999"}, "shown"),
        ({"at": "-1"}, "a step from 0"),
        ({"domain": "6"}, "domain"),
        ({"left": "<b>x</b>"}, "<b>x</b>"),
        ({"right": "smoe " + "x" * 300}, "right"),
        ({"methods": ""}, "from 1 to 12 methods"),
        ({"methods": "smoe omega=nan"}, "omega"),
        ({"methods": "smoe width=8"}, "width"),
        ({"steps": "1000000"}, "steps"),
        ({"steps": "20000", "batch": "512", "context": "512", "width": "512"}, "at most"),
        ({"rate": "nan"}, "rate"),
        ({"experts": "2", "top": "3"}, "3"),
        ({"width": "9", "heads": "4"}, "9"),
        ({"v": "99"}, "99"),
    ],
)
def test_what_no_link_says(params, word):
    with pytest.raises(SpecificationError, match=re.escape(word)):
        PRESETS[FIRST_PRESET].build(TRAIN.read(params).values)


def shown_methods(app) -> dict[str, bool]:
    return {each["line"]: each["on"] for each in json.loads(told(app, KEY)["methods"])}


def on(app) -> list[str]:
    return [line for line, is_on in shown_methods(app).items() if is_on]


def switch(app, line: str):
    trigger = _make_trigger_id(component(app, KEY).id, "events")
    states = app._tree.get_widget_states()
    said = json.dumps([{"event": "switched", "value": line}])
    states.widgets.append(WidgetState(id=trigger, json_trigger_value=said))
    app = app._run(states)
    assert not app.exception
    return app


def test_methods_are_turned_on_and_off_and_one_stays(still):
    app = visit(PAGE)
    first, second = PRESETS[FIRST_PRESET].first.splitlines()
    assert list(shown_methods(app)) == list(preset_lines(FIRST_PRESET))
    assert on(app) == [first, second]
    app = switch(app, second)
    assert address(app)["methods"] == first
    assert on(app) == [first]
    app = switch(switch(app, first), "nobody knows")
    assert on(app) == [first]
    more = preset_lines(FIRST_PRESET)[1]
    app = switch(app, more)
    assert address(app)["methods"].splitlines() == [first, more]


@pytest.mark.parametrize("preset", PRESETS)
def test_a_question_offers_each_method_once(still, preset):
    app = visit(PAGE, preset=preset)
    methods = json.loads(told(app, KEY)["methods"])
    titles = [each["title"] for each in methods]
    assert len(set(titles)) == len(titles)
    assert on(app) == PRESETS[preset].first.splitlines()


def test_a_method_of_ones_own_stands_among_the_others(still):
    line = "competesmoe omega=0.5"
    app = visit(PAGE, methods=f"smoe\n{line}")
    assert not app.error
    assert on(app) == ["smoe", line]
    assert method_title(FIRST_PRESET, line) == "CompeteSMoE (ω = 0.5)"
    assert method_title(FIRST_PRESET, "nobody") == "nobody"


def test_another_question_begins_anew(still):
    app = visit(PAGE, **SMALL)
    (chosen,) = (each for each in app.selectbox if each.label == "Question")
    app = chosen.set_value("collapse").run()
    assert not app.exception
    assert address(app) == {"preset": "collapse", "v": "1"}


def test_settings_stand_in_a_drawer(still):
    app = visit(PAGE, steps="12")
    assert "Settings · 1" in [button.label for button in app.button]
    app.button(key="train.settings").click().run()
    assert not app.exception
    labels = {each.label for each in (*app.number_input, *app.text_area, *app.selectbox)}
    for name in ("steps", "omega", "methods", "task", "affinity"):
        assert any(label.startswith(FIELDS[name].label) for label in labels), name


@pytest.fixture
def session(monkeypatch):
    monkeypatch.setattr("moeviz.ui.train.own.st", SimpleNamespace(session_state={}))


def test_texts_are_remembered_by_their_digests_the_latest(session):
    digests = [remember(TEXT + b"x" * number) for number in range(MOST_TEXTS + 1)]
    assert text_of(digests[-1]) == TEXT + b"x" * MOST_TEXTS
    assert text_of(None) is None
    with pytest.raises(SpecificationError, match="no link carries"):
        text_of(digests[0])


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "at least"),
        (b"a", "at least"),
        (b"a" * 5000, "repeats one"),
        (b"\x89PNG\r\n\x1a\n" * 400, "UTF-8"),
        (b"text\x00" * 1000, "zero bytes"),
        (b"x" * 10_000_000, "at most 2 MB"),
    ],
)
def test_what_is_no_text_is_one_sentence(session, content, word):
    with pytest.raises(SpecificationError, match=word) as caught:
        remember(content)
    said = str(caught.value)
    assert said.startswith("Expected")
    assert said.endswith(".")
    assert "\n" not in said


def test_a_text_of_ones_own_is_learned_and_only_its_digest_is_in_the_link(still):
    spec = PRESETS[FIRST_PRESET].build({**SPEC.fields}, TEXT)
    still.jobs[spec.hash] = snapshot("cancelled", {}, spec)
    app = visit(PAGE, job=spec.hash)
    assert not app.exception
    assert address(app)["text"] == spec.text != shipped_text().digest
    assert "something" not in str(address(app))
    next(button for button in app.button if button.label == "Continue").click().run()
    assert still.submitted == [spec]
    assert still.submitted[0].own == TEXT


def test_a_run_in_a_file_sets_the_form(records):
    for data in (SPEC.to_json(), assemble(SPEC, records, 1.0, "cpu").to_json()):
        assert read_run(json_text(data).encode()) == SPEC
    long = Training.make("own", SPEC.fields, "a text of one's own, \u4e00\n".encode() * 60_000)
    assert read_run(json_text(long.to_json(), indent=2).encode()) == long
    request = request_for(SPEC)
    assert request.values == SPEC.fields
    assert TRAIN.read(TRAIN.write(request)) == request


def test_a_run_in_a_file_brings_the_largest_text_along():
    text = (b"of a text \xc3\xa9\n" * (MOST_BYTES // 13))[:-1]
    spec = PRESETS[FIRST_PRESET].build({**SPEC.fields}, text)
    assert read_run(json_text(spec.to_json()).encode()).own == text


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff", b"[1]", b" " * (MOST_DOCUMENT + 1),
     json.dumps({**SPEC.to_json(), "training": 99}).encode(),
     json.dumps({**SPEC.to_json(), "text": UNKNOWN}).encode(),
     json.dumps({**SPEC.to_json(), "fields": {**SPEC.fields, "steps": "many"}}).encode(),
     json.dumps({**SPEC.to_json(), "own": 3}).encode()],
)  # fmt: skip
def test_any_other_file_is_one_sentence(content):
    with pytest.raises(SpecificationError) as caught:
        read_run(content)
    assert str(caught.value).startswith("Expected")
    assert "\n" not in str(caught.value)


def test_a_run_that_goes_on_is_followed_and_can_be_cancelled(still, records):
    still.jobs[SPEC.hash] = snapshot("running", dict(list(records.items())[:2]))
    app = visit(PAGE, **SMALL, job=SPEC.hash)
    assert not app.exception
    data = told(app, PICTURE)
    assert data["live"]
    assert data["job"] == data["source"] == SPEC.hash
    assert data["screen"] is None
    assert not {"Run", "Cancel"} & {button.label for button in app.button}, "somebody else's"
    app.button(key="train.too").click().run()
    next(button for button in app.button if button.label == "Cancel").click().run()
    assert still.cancelled == [SPEC.hash]


@pytest.mark.parametrize("state", ["cancelled", "interrupted", "failed"])
def test_what_ended_early_is_shown_and_goes_on(still, records, state):
    still.jobs[SPEC.hash] = snapshot(state, dict(list(records.items())[:5]))
    app = visit(PAGE, **SMALL, job=SPEC.hash)
    assert not app.exception
    assert len(app.error) == (1 if state == "failed" else 0)
    assert "[something]" not in said(app.error)
    assert not json.loads(told(app, PICTURE)["screen"])["complete"]
    next(button for button in app.button if button.label == "Continue").click().run()
    assert still.submitted == [SPEC]


def test_a_finished_run_is_drawn_and_offered_as_files(still, records):
    still.jobs[SPEC.hash] = snapshot("done", records)
    app = visit(PAGE, job=SPEC.hash)
    assert not app.exception
    assert json.loads(told(app, PICTURE)["screen"])["complete"]
    assert [each.proto.label for each in app.get("download_button")] == [
        "Result (JSON)",
        "What was set (JSON)",
    ]


def test_another_form_than_the_runs_says_so(still, records):
    still.jobs[SPEC.hash] = snapshot("done", records)
    app = visit(PAGE, **{**SMALL, "seed": "42"}, job=SPEC.hash)
    assert "The form has changed" in said(app.info)


def test_how_the_hand_left_the_picture_is_in_the_link(still, records):
    still.jobs[SPEC.hash] = snapshot("done", records)
    app = visit(PAGE, job=SPEC.hash)
    for view, link in (
        ({"left": "competesmoe", "layer": 1, "seed": 42, "step": 10},
         {"left": "competesmoe", "layer": "1", "shown": "42", "at": "10"}),
        ({"left": "<script>", "layer": 10**12, "seed": -3, "step": [], "domain": True}, {}),
    ):  # fmt: skip
        states = app._tree.get_widget_states()
        place = component(app, PICTURE).id
        states.widgets.append(WidgetState(id=place, json_value=json.dumps({"view": view})))
        app = app._run(states)
        assert not app.exception
        there = {name: text for name, text in address(app).items() if name in VIEW.values()}
        assert there.items() >= link.items()
        assert "<script>" not in str(there)


def test_what_is_kept_is_shown_before_anything_is_run(still, records, monkeypatch):
    content = keep(monkeypatch, records)
    app = visit(PAGE, **SMALL)
    assert not app.exception
    data = told(app, PICTURE)
    assert data["job"] is None
    assert data["source"] == kept_source(SPEC.name, content)
    assert json.loads(data["screen"])["hash"] == SPEC.hash
    assert "2026\\-05\\-04 with a processor: 2 methods × 2 seeds, 10 steps" in said(app.markdown)
    assert data["lent"] == ""
    lines = [method.text for method in SPEC.methods]
    assert json.loads(data["view"]) == {"left": lines[0], "right": lines[-1]}
    assert "not what you have set" in told(visit(PAGE), PICTURE)["lent"]
    assert json.loads(gzip.decompress(answer(data["source"], "tokens")))["rows"] == ["of another"]
    assert answer(data["source"], "m0-s41-d0-001")
    with pytest.raises(Exception, match="keeps another one"):
        answer(data["source"][:-1] + "0", "tokens")


def test_without_a_kept_result_nothing_is_invented(still, monkeypatch):
    monkeypatch.setattr(picture, "kept", lambda name: None)
    app = visit(PAGE)
    assert "No result of this question was computed before" in said(app.info)


def asked(source: str, name: str, query: str = "") -> Any:
    scope = {
        "type": "http", "query_string": query.encode(), "headers": [],
        "path_params": {"source": source, "name": name},
    }  # fmt: skip
    return asyncio.run(looks_route("").endpoint(Question(scope)))


def test_tokens_and_looks_have_lasting_addresses(still, records):
    still.jobs[SPEC.hash] = snapshot("running", dict(list(records.items())[:4]))
    assert looks_route("/lab").path == "/lab/moeviz/training/{source}/{name}.json"
    for name in ("tokens", "m0-s41-d0-000"):
        found = asked(SPEC.hash, name)
        assert found.status_code == 200
        assert found.headers["content-encoding"] == "gzip"
        assert "immutable" in found.headers["cache-control"]
    look = json.loads(gzip.decompress(asked(SPEC.hash, "m0-s41-d0-000").body))
    assert look == json.loads(json_text(records["m0-s41-d0-000"]["look"]))
    rows = json.loads(gzip.decompress(asked(SPEC.hash, "tokens", "domain=0").body))["rows"]
    assert {len(row) for row in rows} == {SPEC["context"]}


@pytest.mark.parametrize(
    ("source", "name", "query"),
    [
        (SPEC.hash, "m0-s41-d0-001", ""),
        (SPEC.hash, "m9-s41-d0-000", ""),
        (SPEC.hash, "../spec", ""),
        (SPEC.hash, "m٠-s41-d0-000", ""),
        (SPEC.hash, "tokens", "domain=5"),
        (SPEC.hash, "tokens", "domain=-1"),
        (UNKNOWN, "tokens", ""),
        ("nonsense", "tokens", ""),
        ("kept-nothing-0123456789ab", "tokens", ""),
    ],
)
def test_what_is_not_there_is_a_sentence_that_nobody_keeps(still, records, source, name, query):
    still.jobs[SPEC.hash] = snapshot("running", dict(list(records.items())[:4]))
    found = asked(source, name, query)
    assert found.status_code == 404
    assert found.headers["cache-control"] == "no-store"
    assert json.loads(found.body)["message"].startswith("Expected")


def test_a_study_is_no_training(still):
    still.jobs[UNKNOWN] = SimpleNamespace(spec="a study", results={})
    assert asked(UNKNOWN, "tokens").status_code == 404
    app = visit(PAGE, job=UNKNOWN)
    assert UNKNOWN in said(app.error)


def test_watchers_are_told_in_both_themes(records):
    there = snapshot("running", dict(list(records.items())[:3]))
    for text in tell(there, ["light", "dark"]).values():
        told_ = json.loads(text)
        assert told_["sentence"] == "38 % of all steps in 2 s."
        assert told_["screen"]["hash"] == SPEC.hash
        assert "\n" not in text


def test_a_prediction_stands_beside_what_came_out(still, records, monkeypatch):
    app = visit(PAGE, **SMALL)
    app.session_state[PREDICT] = True
    app.run()
    (radio,) = app.radio
    app = radio.set_value(SECOND).run()
    assert not app.exception
    result = assemble(SPEC, records, 1.0, "cpu")
    came = came_out(result.difference(1, 0))
    assert came in (FIRST, SECOND, NEITHER)
    still.jobs[SPEC.hash] = snapshot("done", records)
    app.button(key="train.run").click().run()
    assert "You predicted “CompeteSMoE”" in told(app, PICTURE)["sentence"]
    monkeypatch.setattr("moeviz.ui.train.predict._guesses", dict)
    assert outcome(result) == ""


def test_printed_tables_stand_beside_ours(still, records):
    still.jobs[SPEC.hash] = snapshot("done", records)
    app = visit(PAGE, job=SPEC.hash)
    app.session_state[TABS] = "The papers' tables"
    app.run()
    assert not app.exception
    for table in PRESETS[FIRST_PRESET].printed:
        assert list(printed_table(table)["Method"]) == [row.label for row in table.rows]
        assert table_name(table.paper, table.number) in said(app.markdown)
    assert "Classroom size is not the paper's" in words(app).replace("\\", "")
    assert counted([]).startswith("Of 0 orderings")
    hella = next(
        values
        for table in PRESETS[FIRST_PRESET].printed
        for title, values in printed_table(table).items()
        if title.startswith("HellaSwag")
    )
    assert hella[0] == "29.00"
    assert about_kept(KeptTraining("d", "e", assemble(SPEC, records, 1.0, "cpu"), {}))


def test_every_field_of_a_form_has_the_questions_own_default():
    for name, preset in PRESETS.items():
        defaults = {field.name: field.default for field in form_fields(name)}
        assert defaults == {**preset.defaults, "methods": preset.first}


def test_a_preset_whose_diagnostic_answers_it_asks_its_own_question():
    assert heading("collapse", PRESETS["collapse"].defaults) == PRESETS["collapse"].asks
    assert heading("cosine-lm", PRESETS["cosine-lm"].defaults) == "Which expert reads which letter?"
    other = {**PRESETS["collapse"].defaults, "task": "digits"}
    assert heading("collapse", other) == "Which expert looks at which patch?"
    assert heading("of a file", other) == "Which expert looks at which patch?"


@pytest.mark.parametrize("preset", PRESETS)
def test_a_link_says_nothing_that_a_task_leaves_no_choice_of(preset):
    link = TRAIN.write(request_for(PRESETS[preset].build()))
    assert set(link) <= {"preset", "v", "methods"}
    assert PRESETS[preset].build(TRAIN.read(link).values) == PRESETS[preset].build()


def test_curves_of_a_kept_result_are_those_that_are_ticked(still, records, monkeypatch):
    keep(monkeypatch, records)
    lines = [method.text for method in SPEC.methods]
    assert told(visit(PAGE, **SMALL), PICTURE)["chosen"] == lines
    assert told(visit(PAGE, **SMALL, methods=lines[1]), PICTURE)["chosen"] == lines[1:]
    assert told(visit(PAGE), PICTURE)["chosen"] == []
