"""The load test: what is made of what a class met, and that each scene can be played."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import pytest

from moeviz.bench.load.equal import digest, kept_studies, unlike
from moeviz.bench.load.judged import (
    Verdict,
    at_least,
    at_most,
    growth,
    none_of,
    rate,
    speed,
    without_clients,
    without_own,
)
from moeviz.bench.load.memory import stretched, verdicts
from moeviz.bench.load.probes import Probe, Use
from moeviz.bench.load.report import lines, put_table
from moeviz.bench.load.run import load
from moeviz.bench.load.scenes import SCENES, Asked, figures, speed_verdict
from moeviz.bench.pages import percentile
from moeviz.engine import Store
from moeviz.errors import MoevizError
from moeviz.ui.crowd.streams import Stream, screen_name

MARKS = {"before": [0.0, 10.0], "work": [20.0, 40.0], "after": [50.0, 60.0]}


def test_a_percentile_is_a_value_that_was_met():
    assert percentile([1.0, 2.0, 3.0, 4.0], 0.5) == 3.0
    assert percentile([1.0, 2.0], 0.95) == 2.0
    assert math.isnan(percentile([], 0.5))


def test_what_the_clients_needed_themselves_is_taken_off_and_leaves_no_less_than_nothing():
    answers = [{"seconds": 0.5, "own": 0.2}, {"seconds": 0.1, "own": 0.2}]
    assert without_own(answers) == pytest.approx([0.3, 0.0])


def test_a_rate_counts_what_ended_inside_of_its_window():
    done = [(0.5, 1.0), (1.0, 1.0), (2.0, 3.0), (2.5, 9.0)]
    assert rate(done, (0.5, 2.0)) == pytest.approx(4.0 / 1.5)


def test_speed_is_held_against_before_and_after():
    alone = [(at, 2.0) for at in range(1, 11)] + [(at, 1.0) for at in range(51, 61)]
    busy = [(at, 1.2) for at in range(21, 41)]
    assert speed(alone + busy, MARKS) == pytest.approx(1.2 / 1.5)
    assert math.isnan(speed(busy, MARKS))


def test_a_study_that_ended_early_gives_no_speed():
    assert speed_verdict({"marks": MARKS, "busy": 0.0}, [(at, 1.0) for at in range(40)]).met is None
    assert speed_verdict({"marks": MARKS, "busy": 0.0}, []).met is None
    assert speed_verdict({"marks": MARKS, "busy": 0.0}, [(at, 1.0) for at in range(70)]).met is True


def test_what_the_clients_took_of_the_machine_is_no_loss_of_speed():
    assert without_clients(0.9, 4.0, 100.0, 2) == pytest.approx(0.9 / 0.98)
    assert without_clients(0.9, 0.0, 100.0, 2) == 0.9


def test_growth_leaves_out_the_beginning_and_is_moved_by_no_single_peak():
    flat = [(float(at), 100.0 if at < 10 else 500.0) for at in range(30)]
    assert growth(flat) == 0.0
    flat[20] = (20.0, 9000.0)
    assert growth(flat) == 0.0
    assert growth([(float(at), 3.0 * at) for at in range(30)]) == pytest.approx(3.0)
    assert math.isnan(growth([(0.0, 1.0)]))


def test_a_verdict_says_whether_a_goal_was_met_and_a_number_that_is_none_misses_it():
    assert at_most("p95", 0.3, 0.3, "s").met
    assert not at_most("p95", 0.31, 0.3, "s").met
    assert not at_most("p95", math.nan, 0.3, "s").met
    assert at_least("speed", 0.9, 0.9, "").met
    assert not at_least("speed", math.nan, 0.9, "").met
    assert none_of("errors", [], 7).met
    assert none_of("errors", [], 0).met is None
    assert not none_of("errors", ["no answer"], 7).met
    assert (
        at_most("p95", 0.31, 0.3, "s").line() == "MISSED        p95: 0.310 s (goal: at most 0.3 s)"
    )
    assert Verdict("speed", "x", "y", None).line().startswith("not measured")


def test_the_same_numbers_have_the_same_digest_however_long_they_took():
    block = {"readings": {"0": [0.1, None]}, "steps": [3], "seconds": 1.0}
    assert digest(block) == digest({**block, "seconds": 2.0})
    assert digest(block) != digest({**block, "readings": {"0": [0.1000000000000001, None]}})


def test_a_store_says_what_it_has_of_its_studies_and_when_each_block_was_kept(tmp_path):
    shutil.copytree(Path(__file__).parent / "engine/kept/folder-of-files", tmp_path / "home")
    store = Store(tmp_path / "home")
    store.take_in_all()
    ((name, kept),) = kept_studies(store).items()
    assert name == kept.spec.hash
    assert kept.whole
    assert len(kept.written) == len(kept.numbers()) == 6
    assert all(at > 0.0 and cost > 0.0 for at, cost in kept.written)


def test_blocks_are_held_against_those_of_the_same_name():
    assert unlike({"a": "1", "b": "2", "c": "3"}, {"a": "1", "b": "9", "d": "4"}) == ["b"]


def test_a_stream_keeps_its_newest_text_and_how_each_version_was_told():
    stream = Stream()
    told = b'data: {"job":"a","version":%d,"state":"%s","screen":{"x":%d}}'
    stream.take([b"id: 1", told % (1, b"waiting", 0), b"", told % (2, b"running", 5)])
    assert stream.messages == 2
    assert stream.told.keys() == {2}  # while it waits a version is told in several ways
    stream.take([b"event: beat", b"data:", b"event: end", b"data:"])
    assert stream.end == "end"
    assert stream.screen() == screen_name({"x": 5})


def test_answers_after_the_end_of_a_study_are_no_changes():
    answers = [
        {"what": what, "at": 0.0, "seconds": seconds, "own": 0.0, "error": error}
        for what, seconds, error in (("change", 0.1, ""), ("run", 0.2, "oh"), ("end", 9.0, ""))
    ]
    met = {
        "answers": answers, "broken": [], "streams": 1, "ended": 1, "messages": 1, "bytes": 1,
        "versions": 1, "processor_seconds": 0.0,
    }  # fmt: skip
    found = figures(met, Probe(health=[0.01], unhealthy=["status 500"], uses=[]), visitors=1)
    assert (found["answers"], found["tries"]) == (1, 2)
    assert found["seconds"]["p95"] == 0.2
    assert found["seconds"]["p95_after_ends"] == 9.0
    assert found["errors"] == ["run: oh", "health: status 500"]


def test_memory_that_grows_with_visits_is_noticed_and_what_is_reached_once_is_not():
    def uses(each: float) -> list[Use]:
        return [Use(float(at), 500.0 + each * at, 50, 20) for at in range(60)]

    steady, growing = uses(0.0), uses(2.0)
    assert [v.met for v in verdicts(steady[0], steady[-1], steady, 1000)] == [True] * 4
    assert not verdicts(growing[0], growing[-1], growing, 1000)[0].met
    more = Use(60.0, 500.0, 90, 20)
    assert not verdicts(steady[0], more, steady, 1000)[2].met


def test_stretches_of_time_are_told_by_their_medians():
    found = stretched([Use(float(at), 100.0 if at != 3 else 9e9, 5, 2) for at in range(10)], 2)
    assert [use.memory for use in found] == [100.0, 100.0]
    assert [use.at for use in found] == [2.0, 7.0]


def test_what_is_printed_ends_with_a_verdict_for_each_goal():
    verdict = {"what": "errors", "goal": "none", "measured": "0 of 1", "met": True}
    assert lines({"verdicts": [verdict]}) == ["met           errors: 0 of 1 (goal: none)"]


@pytest.mark.parametrize(("share", "warns"), [(0.01, False), (0.4, True)])
def test_a_machine_that_was_busy_with_other_things_is_said(share, warns):
    processor = dict.fromkeys(("server", "server_per_run", "workers", "clients", "wall"), 1.0)
    scene = {
        "answers": 1, "tries": 1, "seconds": {"p50": 0.1, "p95": 0.1, "p95_as_met": 0.1},
        "processor": {**processor, "others_share": share},
    }  # fmt: skip
    said = lines({"scenes": {"own": scene}, "verdicts": []})
    assert ("40 % of the machine: these times" in said[-1]) == warns


def test_a_table_takes_its_place_in_a_document_again_and_again(tmp_path):
    path = tmp_path / "load.md"
    path.write_text("# Load\n<!-- load -->\nold\n<!-- /load -->\nend\n", encoding="utf-8")
    found = {
        "machine": {"cores": 2, "processor": "x", "date": "today"},
        "asked": {"visitors": 4, "seconds": 5.0},
        "verdicts": [{"what": "errors", "goal": "none", "measured": "2 of 3", "met": False}],
    }
    put_table(path, "load", found)
    once = path.read_text(encoding="utf-8")
    assert "| errors | none | 2 of 3 | **missed** |" in once
    assert "old" not in once
    assert once.endswith("<!-- /load -->\nend\n")
    put_table(path, "load", found)
    assert path.read_text(encoding="utf-8") == once
    with pytest.raises(MoevizError, match="a place for a table"):
        put_table(path, "memory", found)


@pytest.mark.crowd
@pytest.mark.timeout(900)
def test_each_scene_can_be_played_for_a_moment():
    found = load(list(SCENES), Asked(visitors=4, seconds=5.0, think=1.0))
    assert list(found["scenes"]) == list(SCENES)
    judged = {each["what"]: each for each in found["verdicts"]}
    for what in (
        "own, results unlike the command line's",
        "same, results unlike the command line's",
        "watched, blocks unlike the command line's",
        "own, errors",
        "same, errors",
        "watched, errors",
    ):
        assert judged[what]["met"], judged[what]
