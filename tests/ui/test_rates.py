"""The rates page: one matrix, the cells of the command, and a link that says what is shown."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState

from moeviz.charts.chosen import first_curves, part_of
from moeviz.charts.glossary import GLOSSARY
from moeviz.charts.meter import meters
from moeviz.charts.palette import THEMES
from moeviz.charts.printed import printed
from moeviz.charts.rates import rates_matrix
from moeviz.cli.rates import rates_json
from moeviz.errors import SpecificationError
from moeviz.study import PRESETS, plan
from moeviz.study.kept import kept_result
from moeviz.study.rates_table import RATE_ROWS
from moeviz.ui.checker.link import CHECKER
from moeviz.ui.lab.form import own_model
from moeviz.ui.lab.link import LAB
from moeviz.ui.rates.link import CHOICES, MATRIX, RATES, cell_names
from moeviz.ui.rates.matrix import matrix_text
from moeviz.ui.shared.terms import MEANINGS
from tests.ui.still import component, told, visit

CELLS = [(row, cell) for row in rates_json() for cell in row["cells"]]
SHOWN = {cell["name"]: cell for row in json.loads(matrix_text())["rows"] for cell in row["cells"]}
LINKS = ("study", "kept", "href", "title")


def asked(address):
    path, _, query = address.partition("?")
    return path, dict(parse_qsl(query))


def address(app):
    found = app.query_params.items()
    return {name: said if isinstance(said, str) else said[0] for name, said in found}


def without_links(cell):
    claims = [{k: v for k, v in one.items() if k not in LINKS} for one in cell["claims"]]
    others = [{k: v for k, v in one.items() if k not in LINKS} for one in cell["elsewhere"]]
    kept = {k: v for k, v in cell.items() if k not in LINKS}
    return {**kept, "claims": claims, "elsewhere": others}


def test_the_page_and_the_command_show_the_same_cells():
    assert [without_links(cell) for cell in SHOWN.values()] == [cell for _, cell in CELLS]
    assert set(SHOWN) == cell_names()


@pytest.mark.parametrize(("row", "cell"), CELLS, ids=[cell["name"] for _, cell in CELLS])
def test_a_cell_says_what_the_study_says_that_it_opens(row, cell):
    """The claim is the live study's, the slope is the kept result's that the cell leads to."""
    own = next(c for r in RATE_ROWS for c in r.cells if f"{r.name}.{c.column}" == cell["name"])
    path, params = asked(SHOWN[cell["name"]]["study"])
    assert path == "convergence"
    preset = PRESETS[cell["preset"]]
    request = LAB.read(params)
    assert preset.build(request.values) == own.specification
    assert (cell["exponent"], cell["source"]) == (own.curve.claim.exponent, own.curve.claim.source)
    path, params = asked(SHOWN[cell["name"]]["kept"])
    assert LAB.read(params).own["kept"] is True
    request = LAB.read(params)
    kept = kept_result(request.own["preset"])
    assert not own_model(preset, request.values)
    part = part_of(kept.result.curves, plan(preset.build(request.values)).curves)
    shown = first_curves(kept.result.curves, part)
    assert any(own.speaks_of(kept.result.curves[place]) for place in shown)
    assert len({kept.result.curves[place].fit for place in shown}) == 1
    curves = printed(kept.result)["curves"]
    place = next(i for i, curve in enumerate(kept.result.curves) if own.speaks_of(curve))
    says = curves[place]
    assert [cell["measured"][end] for end in ("slope", "low", "high")] == [
        round(says["slope"][name], 4) for name in ("estimate", "low", "high")
    ]
    assert says["theory"]["exponent"] == cell["exponent"]
    assert says["theory"]["source"] == cell["source"]
    meter = meters(kept.result, THEMES["light"])[place]
    assert meter.words.startswith(cell["measured"]["words"])
    assert meter.mark == cell["measured"]["mark"]


@pytest.mark.parametrize("name", SHOWN)
def test_a_claim_leads_to_its_verdict(name):
    for claim in SHOWN[name]["claims"]:
        path, params = asked(claim["href"])
        assert (path, CHECKER.read(params).own["claim"]) == ("checker", claim["claim"])
    for other in SHOWN[name]["elsewhere"]:
        kept = kept_result(other["preset"]).result.curves
        values = LAB.read(asked(other["href"])[1]).values
        part = part_of(kept, plan(PRESETS[other["preset"]].build(values)).curves)
        shown = [kept[place].slope for place in first_curves(kept, part)]
        assert other["slope"] in [round(slope.estimate, 4) for slope in shown if slope]
        assert LAB.read(asked(other["href"])[1]).own["preset"] == other["preset"]
    assert len(SHOWN[name]["claims"]) == len({c["claim"] for c in SHOWN[name]["claims"]})


def test_the_page_opens_on_its_question(still):
    app = visit("pages/lab/rates.py")
    assert not app.exception
    assert [title.value for title in app.title] == ["How fast does each gate learn?"]
    assert address(app) == {"v": "1"}


def test_a_link_restores_what_was_shown(still):
    link = {"paper": "sigmoid", "setting": "over", "agreement": "differ", "read": "samples"}
    link |= {"cell": "sigmoid.sigmoid.sparse.relu"}
    assert RATES.write(RATES.read(link)) == {**link, "v": "1"}
    app = visit("pages/lab/rates.py", **link)
    assert not app.exception
    assert address(app) == {**link, "v": "1"}


@pytest.mark.parametrize("key", [*CHOICES, "cell"])
def test_what_a_link_cannot_say_is_refused_in_one_sentence(still, key):
    with pytest.raises(SpecificationError, match=f"Expected {key} to be"):
        RATES.read({key: "nonsense"})
    app = visit("pages/lab/rates.py", **{key: "nonsense"})
    assert f"Expected {key} to be" in app.error[0].value


def tell(app, view):
    """Change the matrix as the browser does."""
    states = app._tree.get_widget_states()
    value = json.dumps({"view": view})
    states.widgets.append(WidgetState(id=component(app, MATRIX).id, json_value=value))
    return app._run(states)


def test_a_change_in_the_browser_goes_into_the_address(still):
    app = visit("pages/lab/rates.py")
    before = told(app, MATRIX)
    cell = "cosine.cosine.exact.relu"
    app = tell(app, {"paper": "cosine", "setting": "all", "read": "rate", "cell": cell})
    assert address(app) == {
        "paper": "cosine",
        "cell": cell,
        "v": "1",
    }
    # What the browser said is not said back to it: it may have moved on.
    assert told(app, MATRIX)["generation"] == before["generation"]
    app = tell(app, {"paper": "nonsense", "agreement": "open", "cell": None})
    assert address(app) == {
        "paper": "cosine",
        "agreement": "open",
        "v": "1",
    }


def test_a_matrix_is_made_once():
    assert rates_matrix() is rates_matrix()
    assert matrix_text() is matrix_text()


def test_words_of_the_glossary_are_marked_in_what_an_open_cell_says(still):
    terms = json.loads(matrix_text())["terms"]
    marked = {part[0] for parts in terms.values() for part in parts if isinstance(part, list)}
    assert marked
    assert marked <= set(GLOSSARY)
    for sentence, parts in terms.items():
        assert "".join(part if isinstance(part, str) else part[1] for part in parts) == sentence
    app = visit("pages/lab/rates.py")
    assert told(app, MATRIX)["meanings"] == MEANINGS.path()
