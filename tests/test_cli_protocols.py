"""The command that maps a figure over its protocols."""

from __future__ import annotations

import json

import pytest

from moeviz.cli.program import main
from moeviz.study import PRESETS
from moeviz.study import protocol_kept as kept_maps
from moeviz.study.protocol_map import ProtocolMap

TINY = ProtocolMap.make(
    "sigmoid-fig2b",
    [(0.1, 0.5)],
    [{"batch": 0}, {"batch": 32}],
    (60, 120),
    2,
    (60, 120),
)


@pytest.fixture
def tiny(monkeypatch, tmp_path):
    """All maps tiny, and kept elsewhere."""
    monkeypatch.setattr(kept_maps, "named_map", lambda name, size="full": TINY)
    monkeypatch.setattr(kept_maps, "map_names", lambda: ("sigmoid-fig2b",))
    monkeypatch.setattr(kept_maps, "maps_folder", lambda: tmp_path / "maps")
    kept_maps.kept_map.cache_clear()
    yield tmp_path
    kept_maps.kept_map.cache_clear()


def run(capsys, *words):
    code = main(["protocols", *words])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_maps_are_listed_with_what_they_cost(capsys):
    code, out, _ = run(capsys, "--json")
    assert code == 0
    listed = json.loads(out)
    assert [one["name"] for one in listed] == list(kept_maps.map_names())
    assert {name for name in PRESETS if PRESETS[name].published} >= set(kept_maps.map_names())
    assert all(60 < one["seconds"] < 3600 for one in listed)
    assert all(one["kept"] in ("fresh", "stale", "not kept yet") for one in listed)


def test_a_figure_without_slopes_is_refused(capsys):
    code, _, err = run(capsys, "multinomial-fig3")
    assert code == 2
    assert "Expected a figure with printed slopes" in err


def test_a_map_is_run_printed_and_kept(tiny, capsys):
    store = ["--store", str(tiny / "home"), "--workers", "1"]
    code, text, _ = run(capsys, "sigmoid-fig2b", *store)
    assert code == 0
    assert "printed −0.53" in text
    assert "starts alone" in text
    _, out, _ = run(capsys, "sigmoid-fig2b", "--json", *store)
    data = json.loads(out)
    assert data["complete"]
    assert data["lesson"] in text

    _, dry, _ = run(capsys, "--dry-run")
    assert "not kept yet" in dry
    _, kept, _ = run(capsys, "--keep", *store)
    assert "bytes" in kept
    found = kept_maps.kept_map("sigmoid-fig2b")
    assert found is not None
    assert found.fresh
    _, again, _ = run(capsys, "--keep", *store)
    assert "Nothing is stale" in again
    for words in ([], ["--full"]):
        _, out, _ = run(capsys, "sigmoid-fig2b", "--json", *words)
        said = json.loads(out)
        assert said["hash"] == data["hash"], "what is kept is not run again"
        assert said["date"] == found.date
    _, text, _ = run(capsys, "sigmoid-fig2b")
    assert f"Computed {found.date} on cpu" in text


def test_live_and_full_exclude_each_other(tiny, capsys):
    with pytest.raises(SystemExit):
        run(capsys, "sigmoid-fig2b", "--live", "--full")
    assert "not allowed with" in capsys.readouterr().err
