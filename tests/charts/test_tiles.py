"""The first page's small pictures: numbers of the pages' own functions."""

from __future__ import annotations

import json
import re

import pytest

from moeviz.charts.rates import rates_matrix
from moeviz.charts.tiles import tiles
from moeviz.charts.tiles_found import STUDY
from moeviz.study.kept import kept_result
from moeviz.symbolic.catalogue import CATALOGUE
from moeviz.text import json_text, signed
from moeviz.ui.home.tiles import TILES


@pytest.fixture(scope="module")
def found():
    return json.loads(json_text(tiles(["What?", "Why?"])))


def numbers(tile) -> list[str]:
    return re.findall(r"\*([^*]+)\*", tile["words"])


def test_every_tile_has_a_picture_and_a_sentence_with_numbers(found):
    assert set(found) == set(TILES)
    for tile in found.values():
        assert numbers(tile)
        panel = tile.get("panel")
        layers = {"heat", "regions", "lines", "dots"}
        assert panel is None or layers & set(panel)
        assert panel is not None or {"document", "scene", "place"} <= set(tile)


def test_tiles_say_what_the_pages_say(found):
    assert numbers(found["rates"])[0] == str(rates_matrix()["count"]["cells"])
    assert numbers(found["checker"])[1] == str(len(CATALOGUE.claims))
    slopes = {c.reading.loss: c.slope.estimate for c in kept_result(STUDY).result.curves}
    assert numbers(found["convergence"]) == [signed(slopes["angular"]), signed(slopes["radial"])]
    assert numbers(found["gates"])[1] == "0.000"
    assert float(numbers(found["gates"])[2]) > 0.01
    assert numbers(found["attention"])[0] == "1.00"
    assert numbers(found["lessons"]) == ["2"]
