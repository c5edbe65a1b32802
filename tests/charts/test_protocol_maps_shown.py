"""What is said and drawn of a protocol map."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from moeviz.charts.protocol_lessons import (
    cell_sentence,
    curve_name,
    law_words,
    lesson,
    slope_by_slope,
)
from moeviz.charts.protocol_picture import (
    cell_at,
    first_place,
    grid,
    map_document,
    place_of,
    scales,
)
from moeviz.charts.protocol_table import (
    figure_words,
    map_json,
    map_text,
    maps_markdown,
    maps_page,
    trust_words,
)
from moeviz.study.protocol_kept import KeptMap, kept_map, map_names
from moeviz.study.protocol_map import ProtocolMap
from moeviz.study.protocol_result import CellCurve
from moeviz.study.protocol_way import Law
from moeviz.text import json_text, signed
from tests.charts.map_results import PAIR, SINGLE, curve, made

FIRST, SECOND = (one.slope for one in PAIR.published)
BOTH = (curve(FIRST), curve(SECOND))
OTHER = (curve(0.2), curve(0.3))


def test_where_slopes_appear_together_the_lesson_names_the_protocols():
    said = lesson(made(PAIR, [BOTH, OTHER, BOTH, OTHER, OTHER, OTHER]))
    assert said == (
        "Both printed slopes appear together at *2* of 6 protocols: full batches from starts at "
        "the truth or 0.1 away."
    )


def test_where_they_do_not_the_lesson_says_so_and_names_the_nearest():
    near = (curve(FIRST + 0.2), curve(SECOND))
    said = lesson(made(PAIR, [OTHER, OTHER, OTHER, near, OTHER, OTHER]))
    assert said.startswith("At *none* of 6 protocols do both printed slopes appear together; ")
    assert "batches of 32 from starts 0.1 away" in said
    assert f"*{signed(FIRST + 0.2)}* for {signed(FIRST)}" in said


def test_intervals_that_are_too_wide_are_counted():
    wide = (curve(FIRST, 0.6), curve(SECOND))
    said = lesson(made(PAIR, [BOTH, wide, OTHER, OTHER, OTHER, OTHER]))
    assert said.endswith("at 1 more an interval is too wide to tell.")
    said = lesson(made(PAIR, [wide] * 6))
    assert said.startswith(
        "At *none* of 6 protocols do both printed slopes appear together; at 6 of them the "
        "intervals are too wide to tell; the nearest is"
    )
    ends = f"{signed(FIRST - 0.3)} to {signed(FIRST + 0.3)}"
    assert f"*{signed(FIRST)}* ({ends}) for {signed(FIRST)}" in said
    assert said.endswith("too wide to tell.")


def test_each_slope_is_found_by_itself_with_its_starts():
    """The first slope comes out at two protocols, the second at one; the starts show the first."""
    away = FIRST + 0.4
    first, both = (curve(FIRST), curve(away)), (curve(FIRST), curve(SECOND))
    said = slope_by_slope(made(PAIR, [OTHER, OTHER, first, both, OTHER, OTHER], start=FIRST))
    one, two = said.split(". ")
    assert f"{signed(FIRST)} (" in one
    assert "appears at 2 (" in one
    assert "at all of these the starts alone show it" in one
    assert f"{signed(SECOND)} (" in two
    assert two.endswith("where the starts alone do not show it.")
    none = slope_by_slope(made(PAIR, [OTHER] * 6))
    assert none.count("appears at none") == 2


def test_what_lies_at_the_end_of_an_interval_is_not_established():
    at_the_end = replace(curve(FIRST), printed=(FIRST - 0.04, FIRST - 0.2, FIRST))
    cells = [(at_the_end, curve(SECOND)), *[OTHER] * 5]
    said = figure_words(KeptMap("2026-01-01", "cpu", made(PAIR, cells)))
    assert "at the very end of an interval" in said
    assert "is established" not in said


def test_predictions_that_cannot_be_trusted_are_not_drawn():
    far = replace(curve(FIRST), shift=(0.5, 0.0))
    rows = map_document(made(PAIR, [(far, curve(SECOND)), *[OTHER] * 5]))["cells"]
    drawn = [one["curves"][0] for row in rows for one in row]
    doubted, *_ = [one["told"] for one in drawn if one["foreseen"] is None]
    assert doubted[0] is None
    assert doubted[1] is not None
    waits = replace(far, n=(), mean=(), geometric=(), printed=None)
    result = made(PAIR, [(waits, curve(SECOND)), *[OTHER] * 5])
    assert "not predicted" in cell_sentence(result, result.cells[0])


def test_starts_that_show_it_alone_are_named():
    single = made(SINGLE, [(curve(-0.34),), (curve(0.5),)], start=-0.34)
    assert "the starts alone show it, with nobody training" in lesson(single)
    assert "starts alone" not in lesson(made(SINGLE, [(curve(-0.34),), (curve(0.5),)]))


def test_a_level_is_told_where_the_paper_prints_its_line():
    (printed,) = SINGLE.published
    level = printed.line.at(SINGLE.sizes[-1])[0]
    right = lesson(made(SINGLE, [(curve(-0.34, level=level),), (curve(-0.34),)]))
    assert "and at *1* of them the line lies where it is printed, too" in right
    wrong = lesson(made(SINGLE, [(curve(-0.34),), (curve(-0.34),)]))
    assert "at none of them does the line lie where it is printed" in wrong
    aside = made(SINGLE, [(curve(0.5, level=level),), (curve(0.5),)])
    assert "the printed level at n = 100,000 is met at *1* of them: tolerance 1e-6" in lesson(aside)
    assert f"printed {level:.3g})" in cell_sentence(aside, aside.cells[0])
    missed = lesson(made(SINGLE, [(curve(0.5),), (curve(0.5),)]))
    assert missed.endswith("the printed level at n = 100,000 is met at *none* of them.")


def test_an_unfinished_map_says_what_it_has_read():
    empty = made(PAIR, [(curve(None), curve(None))] * 6, whole=False)
    names = [curve_name(PAIR.preset, one) for one in PAIR.published]
    assert lesson(empty) == (
        f"No protocol has been read yet; printed is *{signed(FIRST)}* ({names[0]}) and "
        f"*{signed(SECOND)}* ({names[1]})."
    )
    some = made(PAIR, [OTHER, *[(curve(None), curve(None))] * 5], whole=False)
    assert "of the 1 protocols read so far" in lesson(some)


def test_a_cell_says_slopes_intervals_and_starts():
    result = made(PAIR, [BOTH, OTHER, OTHER, OTHER, OTHER, (CellCurve(refused="no"), curve(None))])
    said = cell_sentence(result, result.cells[0])
    assert said.startswith("Full batches from starts at the truth: ")
    assert f"*{signed(FIRST)}*" in said
    assert "as printed" in said
    assert "starts alone without a slope" in said, "the truth has no loss"
    assert "starts alone 0.00" in cell_sentence(result, result.cells[2])
    last = cell_sentence(result, result.cells[5])
    assert "cannot be run" in last
    assert "not run yet" in last
    for cell in result.cells:
        assert cell_sentence(result, cell).count("*") % 2 == 0


def test_laws_have_words():
    assert law_words(Law(0.0)) == "at the truth"
    assert law_words(Law(0.1)) == "0.1 away"
    assert law_words(Law(1.0, 0.5)) == "1·n^(−1/2) away"


def test_curves_of_a_figure_have_names_of_their_own():
    from moeviz.study import PRESETS

    for name in map_names():
        names = [curve_name(name, one) for one in PRESETS[name].published]
        assert len(set(names)) == len(names)


@pytest.mark.parametrize("asked", [PAIR, SINGLE])
def test_the_picture_has_every_cell_once_and_its_numbers(asked):
    count = len(asked.published)
    curves = [tuple(curve(0.01 * i) for _ in range(count)) for i in range(len(asked.laws) * 2)]
    result = made(asked, curves)
    document = json.loads(json_text(map_document(result)))
    assert len(document["cells"]) == len(grid(asked)) == len(document["rows"])
    for row, line in enumerate(document["cells"]):
        assert len(line) == len(scales(asked)) == len(document["columns"])
        for column, drawn in enumerate(line):
            cell = cell_at(result, (column, row))
            assert drawn["law"] == cell.law
            assert drawn["sentence"] == cell_sentence(result, cell)
            for told, own in zip(drawn["curves"], cell.curves, strict=True):
                assert told["slope"] == pytest.approx(own.printed, rel=5e-3, abs=1e-9)
                assert told["foreseen"] == pytest.approx(own.own[0], rel=5e-3, abs=1e-9)
    shown = {id(cell_at(result, (c, r))) for c in range(9) for r in range(9)}
    assert shown == {id(cell) for cell in result.cells}


def test_a_map_opens_on_its_region_or_the_nearest_cell():
    result = made(PAIR, [OTHER, OTHER, OTHER, OTHER, OTHER, BOTH])
    at = first_place(result)
    assert cell_at(result, at) is result.cells[5]
    (handle,) = map_document(result)["handles"]
    across, up = handle["cells"]
    assert handle["at"] == [at[0] + 0.5, up - at[1] - 0.5]
    assert (across, up) == (len(scales(PAIR)), len(grid(PAIR)))
    beyond = map_document(result, (98, 98))["handles"][0]["at"]
    assert beyond == [across - 0.5, 0.5]
    empty = made(PAIR, [(curve(None), curve(None))] * 6, whole=False)
    assert first_place(empty) == (0, 0)


def test_a_protocol_is_found_in_another_map():
    result = made(PAIR, [BOTH] * 6)
    other = ProtocolMap.make(
        PAIR.preset, [(0.5, 0.0), (0.1, 0.0)], [PAIR.ways[1].fields], PAIR.sizes, 2
    )
    there = made(other, [BOTH] * 2)
    for column in range(len(scales(PAIR))):
        for row in range(len(grid(PAIR))):
            cell = cell_at(result, (column, row))
            law, way = PAIR.laws[cell.law], PAIR.ways[cell.way]
            found = place_of(result, (column, row), there)
            if law in other.laws and way in other.ways:
                assert found is not None
                twin = cell_at(there, found)
                assert (other.laws[twin.law], other.ways[twin.way]) == (law, way)
            else:
                assert found is None
    assert place_of(there, (0, 0), result) is not None, "0.1 away, in batches of 32"


def test_a_region_is_framed_in_the_picture():
    result = made(PAIR, [BOTH, OTHER, OTHER, OTHER, OTHER, OTHER])
    framed = [cell for line in map_document(result)["cells"] for cell in line if cell["together"]]
    assert {cell["law"] for cell in framed} == {0}


def test_as_text_and_as_data_a_map_says_the_same():
    result = made(PAIR, [BOTH, OTHER, OTHER, OTHER, OTHER, (curve(FIRST, 0.6), curve(SECOND))])
    text, data = map_text(result), map_json(result)
    assert data["lesson"] in text
    assert "*" not in text
    assert data["region"] == [[0, 0]]
    assert data["too_wide"] == [[2, 1]]
    assert [cell["stands"] for cell in data["cells"]].count("differs") == 4
    assert f"{signed(FIRST)} ±0.05=" in text
    assert f"{signed(FIRST)} ±0.30?" in text
    json.loads(json_text(data))


def test_a_figures_paragraph_tells_what_is_established():
    kept = KeptMap("2026-01-01", "cpu", made(PAIR, [BOTH, OTHER, OTHER, OTHER, OTHER, OTHER]))
    said = figure_words(kept)
    assert "is established" in said
    assert "only compatible" in said
    assert "2026-01-01" in said
    none = figure_words(KeptMap("2026-01-01", "cpu", made(PAIR, [OTHER] * 6)))
    assert "established" not in none
    assert "none of these" in none
    wide = (curve(FIRST, 0.6), curve(SECOND))
    said = figure_words(KeptMap("2026-01-01", "cpu", made(PAIR, [wide] * 6)))
    assert "Nothing is established: at 6 of the protocols" in said


def test_trust_is_said_with_its_counts():
    result = made(PAIR, [BOTH, OTHER, OTHER, OTHER, OTHER, OTHER])
    assert "24 of 24 (100 %)" in trust_words([result])
    far = replace(curve(FIRST), predicted=(3.0, 3.0), spread=(9.0, 9.0))
    said = trust_words([made(PAIR, [(far, curve(SECOND))] + [OTHER] * 5)])
    assert "22 of 24 (92 %)" in said
    assert "and 2 of 24 (8 %) more within twice the standard error" in said


def test_the_documentation_is_that_of_the_kept_maps():
    page = Path(__file__).parents[2] / "docs" / "protocol-maps.md"
    assert page.read_text("utf-8") == maps_page(), "python -m moeviz protocols --markdown"


def test_the_page_of_maps_names_every_figure():
    page = maps_markdown()
    for name in map_names():
        if kept_map(name) is None:
            assert name in page.split("Without a kept map yet:")[1]
        else:
            assert kept_map(name).date in page
