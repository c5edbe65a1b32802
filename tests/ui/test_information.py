"""The page of information: drawn at once, what to try, and links."""

from __future__ import annotations

import json

import pytest

from moeviz.charts.designs_seen import FIRST, Moved
from moeviz.charts.information import information_document
from moeviz.errors import SpecificationError
from moeviz.ui.information.link import INFORMATION
from moeviz.ui.information.page import TITLE, TRIES
from moeviz.ui.information.state import PICTURE
from tests.ui.still import told, visit

PAGE = "pages/see/information.py"


def picture(app):
    return json.loads(told(app, PICTURE)["document"])


def test_the_page_opens_drawn_in_full(still):
    app = visit(PAGE)
    assert [title.value for title in app.title] == [TITLE]
    assert picture(app) == json.loads(json.dumps(information_document(FIRST, Moved())))
    assert not app.exception
    assert not app.error


@pytest.mark.parametrize("label", TRIES)
def test_what_to_try_sets_the_page_and_its_address(still, label):
    app = visit(PAGE)
    app.button(f"information.try.{label}").click().run()
    said = {n: v if isinstance(v, str) else v[0] for n, v in app.query_params.items()}
    assert TRIES[label].items() <= said.items()
    assert picture(app)["sentence"] != information_document(FIRST, Moved())["sentence"]


@pytest.mark.parametrize("power", ["5", "-4.5", "nan", "inf", "x"])
def test_a_power_out_of_range_is_refused_in_a_sentence(power):
    with pytest.raises(SpecificationError, match="Expected apart to be a power of 2 from -4 to 4"):
        INFORMATION.read({"apart": power})


def test_a_link_says_what_is_shown():
    params = {"design": "gaussian-exact.0", "apart": "-2.125", "spread": "1.5", "v": "1"}
    request = INFORMATION.read(params)
    assert INFORMATION.write(request) == params
