"""Protocol maps: a cell is the study of its protocol, and the region is where slopes appear."""

from __future__ import annotations

import dataclasses
import json

import pytest

from moeviz.errors import Cancelled, SpecificationError
from moeviz.study import PRESETS, assemble, run_block, split
from moeviz.study.curve_kinds import STARTS
from moeviz.study.protocol_assemble import assemble_map
from moeviz.study.protocol_blocks import curve_of, run_map_block
from moeviz.study.protocol_kept import keep_map, kept_map, map_names, named_map
from moeviz.study.protocol_map import ProtocolMap
from moeviz.study.protocol_plan import cells, split_map, spread_order
from moeviz.study.protocol_region import (
    WIDE,
    cell_stands,
    level_stands,
    region,
    slope_stands,
    trust,
)
from moeviz.study.protocol_result import Cell, CellCurve, MapResult, StartCurve
from moeviz.study.protocol_way import Law, Way
from moeviz.study.slope import fit_slope
from moeviz.text import json_text

SIZES = (60, 120, 240)
SGD_MAP = ProtocolMap.make(
    "sigmoid-fig2b", [(0.0, 0.0), (0.1, 0.5)], [{"batch": 0}, {"batch": 32}], SIZES, 3, (60, 240)
)
EM_MAP = ProtocolMap.make(
    "multinomial-fig2a",
    [(0.1, 0.0)],
    [
        {"em_rule": "mean", "em_tolerance": 1e-3, "em_steps": 20},
        {"em_rule": "none", "em_tolerance": 1e-3, "em_steps": 6},
    ],
    (200, 400),
    3,
)


def computed(asked: ProtocolMap) -> MapResult:
    blocks = {block.id: run_map_block(asked, block) for block in split_map(asked)}
    return assemble_map(asked, json.loads(json_text(blocks)), "cpu")


@pytest.fixture(scope="module", params=[SGD_MAP, EM_MAP], ids=["sgd", "em"])
def result(request):
    return computed(request.param)


def test_a_cell_is_the_study_of_its_protocol(result):
    asked = result.asked
    assert result.complete
    assert len(result.cells) == len(asked.laws) * len(asked.ways)
    for cell in {id(c): c for c in (result.cells[0], result.cells[-1])}.values():
        law, way = asked.laws[cell.law], asked.ways[cell.way]
        values = {
            "sizes": asked.sizes, "replicates": asked.replicates,
            "estimators": (asked.protocol,), "unfinished": 0, **law.fields, **way.fields,
        }  # fmt: skip
        spec = PRESETS[asked.preset].build(values)
        study = assemble(spec, {b.id: run_block(spec, b) for b in split(spec)}, 1.0, "cpu")
        printed = [c for c in study.curves if c.published is not None]
        by_source = {(c.published.router, c.published.gate, c.published.expert): c for c in printed}
        for mine, one in zip(cell.curves, asked.published, strict=True):
            curve = by_source[one.router, one.gate, one.expert]
            assert mine.n == curve.n
            assert mine.mean == curve.mean
            assert mine.geometric == curve.geometric
            own = curve.slope and (curve.slope.estimate, curve.slope.low, curve.slope.high)
            assert mine.own == own
            slope = fit_slope(curve.n, curve.loss, statistic=one.statistic, seed=spec["seed"])
            assert mine.printed == (slope and (slope.estimate, slope.low, slope.high))
            if mine.predicted:
                told = dict(zip(curve.n, curve.predicted_protocol, strict=True))
                assert mine.predicted == tuple(told[n] for n in asked.predicted)


def test_starts_stand_beside_and_show_their_law(result):
    for start in result.starts:
        law = result.asked.laws[start.law]
        assert start.n == result.asked.sizes
        if law.scale == 0:
            assert start.mean == pytest.approx([0.0] * len(start.n), abs=1e-12)
        else:
            assert start.printed is not None
            assert start.printed[1] < start.printed[2]


def test_a_law_of_n_plants_its_power_on_the_starts():
    laws = [(0.01, power) for power in (0.0, 0.25, 0.5)]
    asked = ProtocolMap.make("cosine-fig1a", laws, [{"batch": 0}], (1000, 10000, 100000), 10)
    blocks = {b.id: run_map_block(asked, b) for b in split_map(asked) if b.kind == "starts"}
    found = assemble_map(asked, blocks, "cpu")
    for start in found.starts:
        # An exact-specified loss is of the first order in its starts.
        assert start.printed is not None
        assert start.printed[0] == pytest.approx(-asked.laws[start.law].power, abs=0.05)


def test_a_result_is_read_back_from_plain_data(result):
    assert MapResult.from_json(json.loads(json_text(result.to_json()))) == result


def test_a_map_is_read_back_and_keeps_its_identity():
    for asked in (SGD_MAP, EM_MAP, named_map("cosine-fig1a")):
        again = ProtocolMap.from_json(json.loads(json_text(asked.to_json())))
        assert again == asked
        assert again.hash == asked.hash
    assert len({named_map(name).hash for name in map_names()}) == len(map_names())


@pytest.mark.parametrize("wrong", [None, [], {}, {"numbers": 1}, {"numbers": "3"}])
def test_what_is_no_map_is_refused(wrong):
    with pytest.raises(SpecificationError, match="Expected"):
        ProtocolMap.from_json(wrong)


def test_maps_have_limits():
    with pytest.raises(SpecificationError, match="printed slopes"):
        ProtocolMap.make("lab", [(0.1, 0.0)], [{"batch": 0}], SIZES, 3)
    with pytest.raises(SpecificationError, match="400 cells"):
        ProtocolMap.make(
            "cosine-fig1a", [(i / 500, 0.0) for i in range(401)], [{"batch": 0}], SIZES, 3
        )
    with pytest.raises(SpecificationError, match="some cell runs"):
        ProtocolMap.make("cosine-fig1a", [(0.1, 0.0)], [{"batch": -1}], SIZES, 3)


def test_a_cell_that_cannot_be_run_says_why():
    (name,) = [p.router for p in PRESETS["cosine-fig1a"].published if p.slope == -0.11]
    asked = named_map("cosine-fig1a", "live")
    at = [one.router for one in asked.published].index(name)
    empty = assemble_map(asked, {}, "cpu")
    refused = {c.law for c in empty.cells if c.curves[at].refused}
    assert {asked.laws[law].scale for law in refused} == {0.0}
    assert "no direction" in empty.cells[0].curves[at].refused
    assert not empty.complete


def test_what_needs_no_fit_comes_first_and_corners_before_the_rest():
    asked = named_map("cosine-fig1a", "live")
    kinds = [block.kind for block in split_map(asked)]
    assert "fits" not in kinds[: kinds.index("fits")]
    assert set(kinds[kinds.index("fits") :]) == {"fits"}
    assert len(kinds) == len({block.id for block in split_map(asked)})
    last = (len(asked.laws) - 1, len(asked.ways) - 1)
    assert {(0, 0), (0, last[1]), (last[0], 0), last} == set(cells(asked)[:4])
    for count in (1, 2, 3, 7, 16):
        assert sorted(spread_order(count)) == list(range(count))


def test_a_block_stops_when_it_is_told_to():
    for asked in (SGD_MAP, EM_MAP):
        for block in split_map(asked):
            with pytest.raises(Cancelled):
                run_map_block(asked, block, should_stop=lambda: True)


def curve(slope: float, width: float = 0.1, level: float = 1.0) -> CellCurve:
    ends = (slope, slope - width / 2, slope + width / 2)
    return CellCurve((60, 120), (1.0, 1.0), (1.0, 1.0), 0, ends, ends, (level, level, level))


def made(*slopes: tuple[float, float], start: float = 0.0) -> MapResult:
    """Return a map of four cells whose two curves have these slopes."""
    asked = SGD_MAP
    places = [(law, way) for law in range(2) for way in range(2)]
    found = [
        Cell(law, way, (curve(a), curve(b)))
        for (law, way), (a, b) in zip(places, slopes, strict=True)
    ]
    ends = (start, start - 0.01, start + 0.01)
    starts = [
        StartCurve(law, at, (60, 120), (1.0, 1.0), ends, ends)
        for law in range(2)
        for at in range(2)
    ]
    return MapResult(asked, asked.hash, "cpu", 1.0, True, tuple(found), tuple(starts))


def test_the_region_is_where_all_slopes_appear_together():
    first, second = (one.slope for one in SGD_MAP.published)
    result = made((first, second), (first, 0.0), (0.0, second), (first + 0.04, second - 0.04))
    found = region(result)
    assert [(c.law, c.way) for c in found.together] == [(0, 0), (1, 1)]
    assert found.judged == 4
    assert not found.wide
    assert not found.starts
    assert found.nearest in result.cells[1:3]
    none = region(made(*[(0.3, 0.3)] * 4))
    assert not none.together
    assert none.nearest is not None


def test_an_interval_that_says_nothing_is_in_no_region():
    published = SGD_MAP.published
    for width, stands in ((WIDE - 0.01, "agrees"), (WIDE + 0.01, "wide")):
        one = curve(published[0].slope, width)
        assert slope_stands(one.printed, published[0]) == stands
        assert cell_stands(Cell(0, 0, (one, curve(published[1].slope))), published) == stands
    assert slope_stands(None, published[0]) == "none"
    assert cell_stands(Cell(0, 0, (curve(9.0), CellCurve())), published) == "differs"


def test_starts_that_show_the_slopes_alone_are_counted():
    first, second = (one.slope for one in SGD_MAP.published)
    twin = made(*[(first, second)] * 4, start=first)
    assert len(region(twin).together) == 4
    assert not region(twin).starts, "the second slope is not theirs"


def test_levels_are_held_against_the_printed_line():
    (printed,) = EM_MAP.published
    n = 100000
    assert printed.line is not None
    value, low, high = printed.line.at(n)
    assert level_stands(curve(-0.3, level=value), printed, n) == "agrees"
    assert level_stands(curve(-0.3, level=2 * high), printed, n) == "differs"
    assert level_stands(curve(-0.3, level=low / 2), printed, n) == "differs"
    assert level_stands(curve(-0.3), SGD_MAP.published[0], n) == "none"


def test_trust_counts_what_is_drawn_and_what_is_right():
    result = made(*[(0.0, 0.0)] * 4)
    told = dataclasses.replace(
        curve(0.0), n=(60, 240), mean=(1.0, 1.0), predicted=(1.1, 2.0), shift=(0.1, 0.1)
    )
    doubted = dataclasses.replace(told, shift=(0.5, None))
    cell = Cell(0, 0, (told, doubted))
    found = trust([dataclasses.replace(result, cells=(cell,))])
    assert (found.trusted, found.close, found.scattered) == (2, 1, 0)
    assert (found.doubted, found.doubted_close, found.doubted_scattered) == (2, 1, 0)


def test_a_mean_of_few_wide_losses_cannot_contradict_its_prediction():
    """Two standard errors of 2 s / sqrt(r) reach from 2 to 1 if s is at least sqrt(r) / 4."""
    result = made(*[(0.0, 0.0)] * 4)
    root = result.asked.replicates**0.5
    told = dataclasses.replace(
        curve(0.0), n=(60, 240), mean=(1.0, 1.0), predicted=(1.1, 2.0), shift=(0.1, 0.1)
    )
    for spread, scattered in (((0.0, 0.26 * root), 1), ((0.0, 0.24 * root), 0), ((), 0)):
        cell = Cell(0, 0, (dataclasses.replace(told, spread=spread),))
        found = trust([dataclasses.replace(result, cells=(cell,))])
        assert (found.trusted, found.close, found.scattered) == (2, 1, scattered)


def test_ways_and_laws_have_words():
    assert Way((("batch", 0),)).words == "full batches"
    assert Way((("batch", 32),)).short == "32"
    assert Law(0.1, 0.5).fields == {"start_scale": 0.1, "start_power": 0.5}
    for name in map_names():
        shorts = [way.short for way in named_map(name).ways]
        assert len(set(shorts)) == len(shorts)


def test_the_printed_curve_of_a_study_has_its_starts():
    for name in map_names():
        asked = named_map(name, "live")
        for at in range(len(asked.published)):
            study = asked.base(at)
            assert not isinstance(study, str)
            assert curve_of(study, STARTS) > curve_of(study)


@pytest.mark.parametrize("name", map_names())
def test_every_kept_map_is_of_todays_map(name):
    kept = kept_map(name)
    if kept is None:
        pytest.skip("not kept yet")
    assert kept.fresh, f"run python -m moeviz protocols {name} --keep"
    assert kept.result.asked == named_map(name)


def test_a_map_that_is_kept_is_found_again(tmp_path, monkeypatch):
    monkeypatch.setattr("moeviz.study.protocol_kept.maps_folder", lambda: tmp_path / "maps")
    kept_map.cache_clear()
    try:
        asked = named_map("sigmoid-fig2b")
        path = keep_map(assemble_map(asked, {}, "cpu"), "2026-01-01", "cpu")
        assert path.stat().st_size < 60_000
        kept = kept_map("sigmoid-fig2b")
        assert kept is not None
        assert kept.result.asked == asked
        assert not kept.fresh, "it is not whole"
    finally:
        kept_map.cache_clear()
