"""Presets of training and the papers' printed tables."""

from __future__ import annotations

import statistics

import pytest

from moeviz.errors import SpecificationError, UnknownNameError
from moeviz.model.affinities import AFFINITIES
from moeviz.train.fields import FIELDS
from moeviz.train.limits import whole_work
from moeviz.train.plan import runs
from moeviz.train.presets import PRESETS, tables_of
from moeviz.train.published import TABLES
from moeviz.train.routers import ROUTERS
from tests.support import of_every

MULTIPLICATIONS = 2e10
"""About what one core does in a second; measured, and less than an idle one does."""

LONGEST = 2 * 270.0
"""Seconds of one core that a preset may take: four and a half minutes of two."""


@of_every(list(PRESETS))
def test_presets_are_runs_that_a_class_can_wait_for(name: str) -> None:
    preset = PRESETS[name]
    spec = preset.build()
    assert spec.name == name
    assert whole_work(spec) / MULTIPLICATIONS <= LONGEST
    assert spec["seeds"] >= 3
    assert preset.changed(spec) == {}
    assert preset.asks.endswith("?")
    assert preset.question.endswith("?")
    lines = spec["methods"].splitlines()
    assert set(preset.first.splitlines()) <= set(lines)
    assert preset.first.splitlines()[0] == lines[0]
    longer = preset.build(preset.parse({"steps": "900"}))
    assert preset.changed(longer) == {"steps": "900"}


@of_every([name for name, preset in PRESETS.items() if preset.tables])
def test_every_printed_table_says_something_of_its_preset(name: str) -> None:
    spec = PRESETS[name].build()
    assert tables_of(spec) == PRESETS[name].printed
    for table in tables_of(spec):
        known = [row for row in table.rows if any(map(row.is_of, spec.methods))]
        assert len(known) >= 2
        assert any(column.reads for column in table.columns)
        assert table.source.startswith(PRESETS[name].paper)


def test_rows_of_one_table_are_different_methods() -> None:
    for name, table in TABLES.items():
        methods = [m for p in PRESETS.values() if name in p.tables for m in p.build().methods]
        places = [[m.text for m in methods if row.is_of(m)][:1] for row in table.rows]
        assert all(places), name
        assert len({place[0] for place in places}) == len(table.rows), name
        for row in table.rows:
            assert row.method in ROUTERS
            assert len(row.values) == len(table.columns)
            assert set(row.settings) <= set(FIELDS)


@pytest.mark.parametrize(
    ("name", "columns"),
    [("compete-1", slice(0, 11)), ("compete-2", slice(1, 8)), ("cosine-3", slice(0, 5))],
)
def test_printed_means_are_those_of_the_printed_numbers(name: str, columns: slice) -> None:
    for row in TABLES[name].rows:
        mean = row.values[columns.stop]
        assert statistics.mean(row.values[columns]) == pytest.approx(mean, abs=0.0051)


def test_the_paper_replaces_experts_in_its_own_first_table() -> None:
    first = {row.label: row.values for row in TABLES["compete-1"].rows}
    for row in TABLES["compete-3"].rows:
        changes = [
            after - first[row.label][at]
            for at, after in zip((1, 3, 6, 7, 8, 9), row.values, strict=False)
        ]
        assert statistics.mean(changes) == pytest.approx(row.values[-1], abs=0.0051)


def test_every_affinity_competes_in_its_preset() -> None:
    spec = PRESETS["compete-kappa"].build()
    assert {m.fields["affinity"] for m in spec.methods if m.competes} == set(AFFINITIES)
    assert tables_of(spec) == ()


def test_each_rotation_is_left_out_in_its_turn() -> None:
    spec = PRESETS["cosine-dg"].build()
    assert len(runs(spec)) == 3 * 3 * 6


def test_what_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="training preset"):
        PRESETS["nope"]
    with pytest.raises(SpecificationError, match="one of the fields"):
        PRESETS["collapse"].parse({"nope": "1"})
