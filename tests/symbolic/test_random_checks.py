"""Verdict, script and spot check of random composed checks never contradict each other."""

from __future__ import annotations

import collections
import contextlib
import subprocess
import sys

import pytest

from moeviz.errors import MoevizError
from moeviz.symbolic.certificates.script import certificates_of, script
from moeviz.symbolic.certificates.standalone.main import reproduce
from moeviz.symbolic.request.answer import verdict_of
from moeviz.symbolic.request.compose import compose
from tests.symbolic.random_checks import outcome, selection

FEW = range(40, 64)
MANY = range(10_000, 10_500)
BLOCK = 20
"""Cases of one slow test."""

FOUND = (38, 87, 109, 202, 216, 1218, 2169, 3010, 3217, 10473, 40045, 40189, 40329)
"""Cases that showed a fault once."""


@pytest.mark.parametrize("seed", [*FEW, *FOUND])
def test_nothing_contradicts(seed):
    found = outcome(selection(seed), limit=4.0)
    assert not found.contradictions
    assert found.answer in ("holds", "fails", "undecided", "refused")
    if found.answer in ("undecided", "refused"):
        assert found.why
    else:
        assert found.scripts > 0


def test_few_are_many_kinds():
    chosen = [selection(seed) for seed in FEW]
    for name in ("router", "expert", "test", "point", "output", "gate"):
        assert len({c[name] for c in chosen}) > 1, name


def test_a_false_certificate_would_be_seen():
    chosen = {"router": "linear", "expert": "tanh", "test": "relation", "relation": "1 : p2\n-1 : "}
    verdict = verdict_of({"compose": chosen})
    certificate = verdict.tests[0].certificate
    certificate["terms"][1]["coefficient"] = "-2"
    (own,) = certificates_of(verdict.to_json())
    assert not reproduce(own)[0]


@pytest.mark.crowd
@pytest.mark.parametrize("start", range(MANY.start, MANY.stop, BLOCK))
def test_nothing_contradicts_in_many(start):
    answers: collections.Counter[str] = collections.Counter()
    for seed in range(start, start + BLOCK):
        chosen = selection(seed)
        found = outcome(chosen, limit=4.0)
        assert not found.contradictions, chosen
        answers[found.answer] += 1
    # A block that decides next to nothing would show next to nothing.
    assert answers["holds"] + answers["fails"] >= BLOCK // 2


def _accepted(seed):
    """The first selection from a seed on that is not refused."""
    for number in range(seed, seed + 1_000_000, 1_000):
        chosen = selection(number)
        with contextlib.suppress(MoevizError):
            compose(chosen)
            return chosen
    raise AssertionError("every selection is refused")


@pytest.mark.crowd
@pytest.mark.parametrize("seed", range(20_000, 20_016))
def test_scripts_run_by_themselves(seed, tmp_path):
    verdict = verdict_of({"compose": _accepted(seed)})
    path = tmp_path / "certificates.py"
    path.write_text(script(verdict.to_json()), encoding="utf-8")
    done = subprocess.run([sys.executable, "-I", str(path)], capture_output=True, text=True)
    assert (done.returncode == 0) == (verdict.answer != "undecided"), done.stdout + done.stderr
