"""Runs and stretches."""

from __future__ import annotations

import itertools

from moeviz.train.plan import plan, runs
from moeviz.train.specification import Training
from moeviz.train.tasks import ANGLES


def test_stretches_of_a_run_follow_each_other_and_all_runs_grow_together() -> None:
    spec = Training.make("test", {"steps": 100, "points": 5, "seeds": 2})
    stretches = plan(spec)
    assert len(stretches) == 2 * 2 * 5
    assert len({stretch.id for stretch in stretches}) == len(stretches)
    seen: set[str] = set()
    for stretch in stretches:
        assert stretch.before is None or stretch.before in seen
        seen.add(stretch.id)
    assert [stretch.number for stretch in stretches] == sorted(s.number for s in stretches)
    assert all(stretch.cost > 0 for stretch in stretches)


def test_checkpoints_end_at_the_last_step_and_lie_closer_at_first() -> None:
    ends = Training.make("test", {"steps": 400, "points": 12}).steps_at
    gaps = [after - before for before, after in itertools.pairwise(ends)]
    assert ends[-1] == 400
    assert gaps == sorted(gaps)
    few = Training.make("test", {"steps": 10, "points": 12}).steps_at
    assert few[-1] == 10
    assert list(few) == sorted(set(few))


def test_digits_leave_out_each_domain_or_one() -> None:
    each = Training.make("test", {"task": "digits", "seeds": 1})
    assert [run.domain for run in runs(each)][::2] == list(range(len(ANGLES)))
    one = Training.make("test", {"task": "digits", "held_domain": "45", "seeds": 1})
    assert {run.domain for run in runs(one)} == {ANGLES.index(45)}
    assert Training.make("test", {}).domains == (0,)
