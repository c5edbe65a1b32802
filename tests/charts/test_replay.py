"""Replays: what they show at their ends is what the result says."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from moeviz.charts.palette import THEMES
from moeviz.charts.replay import WAITING, WITHOUT, arrival_frames, replay_document
from moeviz.charts.tracks import MOST_PLANES, planes, tracks
from moeviz.model import make_mixture
from moeviz.study import PRESETS, assemble, plan, run_block
from moeviz.study.kept import kept_result
from moeviz.text import json_text

LIGHT = THEMES["light"]


def run(name, **fields):
    small = {"sizes": (100, 200), "replicates": 3, "candidates": 2, "epochs": 1}
    spec = PRESETS[name].build({**small, **fields})
    return assemble(spec, {b.id: run_block(spec, b) for b in plan(spec).blocks}, 1.0, "cpu")


@pytest.fixture(scope="module")
def protocol():
    return run("cosine-fig1b", replicates=2)


def test_the_last_frames_show_the_means_of_the_result(result):
    sizes = result.spec["sizes"]
    shown = {}
    for frame in arrival_frames(result, sizes):
        for curve, place, value in frame["points"]:
            shown[curve, place] = value
    for index, curve in enumerate(result.curves):
        for place, mean in enumerate(curve.mean):
            assert shown.pop((index, place)) == pytest.approx(mean, rel=1e-12)
    assert shown == {}


def test_frames_come_in_the_order_of_the_plan_and_count_up(result):
    frames = arrival_frames(result, result.spec["sizes"])
    blocks = [block for block in plan(result.spec).blocks if block.kind != "information"]
    assert [(f["fit"], f["n"], f["replicates"]) for f in frames] == [
        (block.fit, block.n, block.last) for block in blocks
    ]


def test_a_running_mean_is_that_of_the_replicates_so_far():
    fields = {"sizes": (400, 100_000), "replicates": 30, "max_steps": 1, "routers": ("linear",)}
    result = run("cosine-exact", **fields)
    n = 100_000
    frames = [f for f in arrival_frames(result, (400, n)) if f["n"] == n and f["fit"] == 0]
    assert len(frames) > 1
    for frame in frames:
        for curve, place, value in frame["points"]:
            losses = result.curves[curve].loss[place][: frame["replicates"]]
            assert value == pytest.approx(np.mean(losses), rel=1e-12)


def test_blocks_that_are_missing_have_no_frame(gapped, empty):
    sizes = gapped.spec["sizes"]
    assert arrival_frames(empty, sizes) == []
    assert not [f for f in arrival_frames(gapped, sizes) if f["fit"] == 0 and f["n"] == 1000]


@pytest.mark.parametrize("kind", ["starts", "unfinished"])
def test_other_curves_than_those_of_fits_arrive_too(kind, protocol):
    frames = arrival_frames(protocol, protocol.spec["sizes"])
    begun = {point[0] for frame in frames if frame["kind"] == kind for point in frame["points"]}
    assert begun == {i for i, curve in enumerate(protocol.curves) if curve.kind == kind} != set()


@pytest.mark.parametrize("name", ["cosine-exact", "sigmoid-dense", "compete-over", "gaussian-over"])
def test_a_track_ends_at_the_loss_that_its_curve_shows(name):
    result = run(name, max_steps=10, em_steps=5)
    for track in tracks(result):
        curve = next(c for c in result.curves if c.fit == track["fit"] and c.trained)
        mean = curve.loss[curve.n.index(track["n"])][0]
        assert track["loss"][-1] == pytest.approx(mean, rel=1e-5)
        assert len(track["steps"]) == len(track["cost"]) == len(track["weights"])
        assert np.array(track["cells"]).max() < len(track["true_weights"])
    assert len(tracks(result)) == len(result.paths) > 0


def test_planes_hold_every_place_and_cells_fill_them(result):
    for track in tracks(result):
        for plane in track["planes"]:
            every = np.concatenate([np.array(plane["atoms"]).reshape(-1, 2), plane["truth"]])
            assert (every >= plane["low"]).all()
            assert (every <= plane["high"]).all()
            side = np.subtract(plane["high"], plane["low"])
            assert side[0] == pytest.approx(side[1], rel=1e-2)
            assert len(plane["polygons"]) == len(plane["truth"])


@pytest.mark.parametrize(
    ("names", "dimension", "wanted"),
    [
        (("linear", "softmax", "relu"), 2, [(0, 1), (3, 4), (4, 5)]),
        (("linear", "softmax", "relu"), 1, [(0,), (2, 3)]),
        (("linear", "softmax", "relu"), 3, [(0, 1), (1, 2), (4, 5), (6, 7)]),
        (("competition", "softmax", "linear"), 2, [(1, 2), (2, 3)]),
        (("quadratic", "softmax", "relu"), 8, None),
    ],
)
def test_coordinates_are_offered_in_pairs_and_one_alone_gives_a_strip(names, dimension, wanted):
    layout = make_mixture(*names).layout(2, dimension)
    found = [plane.columns for plane in planes(layout)]
    assert len(found) <= MOST_PLANES
    assert found == (wanted or found)
    assert any(columns[0] > layout.weight_column for columns in found)
    assert all(layout.weight_column not in columns for columns in found)


def test_a_gate_of_one_coordinate_is_drawn_as_a_strip():
    result = run("cosine-exact", routers=("linear",), dimension=1)
    plane = tracks(result)[0]["planes"][0]
    assert plane["names"] == ["β₁"]
    assert not np.array(plane["atoms"])[..., 1].any()
    assert not np.array(plane["truth"])[:, 1].any()
    (width, height) = np.subtract(plane["high"], plane["low"])
    assert 0 < height < width / 2


def test_a_document_is_plain_and_says_what_is_missing(result, gapped):
    sizes = result.spec["sizes"]
    document = replay_document(result, sizes, LIGHT)
    assert json.loads(json_text(document)) == document
    assert document["advice"] == ""
    assert [c["name"] for c in document["arrival"]["curves"]] == [c.label for c in result.curves]
    older = replay_document(replace(result, paths=()), sizes, LIGHT)
    assert older["advice"] == WITHOUT
    assert replay_document(replace(gapped, paths=()), sizes, LIGHT)["advice"] == WAITING


def test_a_kept_result_of_before_can_be_played_as_far_as_it_goes():
    kept = kept_result("cosine-exact").result
    document = replay_document(kept, kept.spec["sizes"], LIGHT)
    assert document["tracks"] == []
    assert document["arrival"]["frames"]
