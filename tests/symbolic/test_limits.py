"""Every loop of a check ends and asks whether to stop."""

from __future__ import annotations

import time

import numpy as np
import pytest
import sympy

from moeviz.errors import Cancelled
from moeviz.symbolic.certificates import report
from moeviz.symbolic.certificates.report import Answer
from moeviz.symbolic.kernel.at_point import AtPoint
from moeviz.symbolic.kernel.ground import Ground
from moeviz.symbolic.kernel.residues import PRIMES, NoPrimeRootError, residues, root_of
from moeviz.symbolic.kernel.tower import Tower
from moeviz.symbolic.kernel.watch import pause, watched
from moeviz.symbolic.questions.claims import Check, Claim, decide
from moeviz.symbolic.reading.families import forget
from moeviz.symbolic.request import answer
from moeviz.symbolic.request.answer import verdict_of
from moeviz.symbolic.request.compose import compose


@pytest.fixture(autouse=True)
def nothing_is_known():
    """What an earlier test has found would take no time."""
    forget()


IRRATIONAL = [
    "sqrt(3)*tanh(t)",
    "sqrt(2)*sqrt(6)*tanh(t)",
    "tanh(t)/sqrt(5)",
    "sqrt(7/3)*relu(t)",
    "sqrt(1 + sqrt(2))*tanh(t)",
    "sqrt(307)*tanh(t)",
    "sqrt(2 + t^2)*sqrt(3 + t^2)",
    "sqrt(sqrt(3) + exp(t))",
    "sqrt(1000000007)*t",
    "exp(1/3)*tanh(t)",
    "log(2)*tanh(t) + sqrt(11)",
]


@pytest.mark.parametrize("formula", IRRATIONAL)
def test_irrational_constants_are_decided(formula):
    verdict = verdict_of({"compose": {"expert": "custom", "expert_formula": formula}}, limit=60.0)
    assert verdict.answer in ("holds", "fails")


def test_a_constant_without_a_root_gives_up_at_once():
    x = sympy.Symbol("x1", real=True)
    # The first number whose root exists modulo none of the primes.
    number = next(
        n for n in sympy.primerange(300, 10**6) if not any(_has_root(n, p) for p in PRIMES)
    )
    tower = Tower([x], [])
    p = tower.poly(sympy.sqrt(number) * x)
    ground = Ground(tower.inputs)
    AtPoint(tower, ground, {}).polynomial(p)
    start = time.process_time()
    for prime in PRIMES:
        with pytest.raises(NoPrimeRootError):
            residues(ground, np.random.default_rng(0), prime)
    assert time.process_time() - start < 2


def _has_root(number, prime):
    return pow(int(number), (prime - 1) // 2, prime) == 1


@pytest.mark.parametrize(
    "place", [0, *(pytest.param(at, marks=pytest.mark.crowd) for at in range(1, len(PRIMES)))]
)
def test_primes_are_prime_and_small_primes_have_roots(place):
    import flint

    prime = PRIMES[place]
    assert flint.fmpz(prime).is_prime()
    assert prime % 8 == 7
    for small in sympy.primerange(2, 300):
        for degree in (2, 3, 4, 5, 12) if place == 0 else (5, 12):
            assert pow(root_of(small, degree, prime), degree, prime) == small


def test_one_input_on_a_kink_is_not_drawn_for_ever():
    # In one dimension a kink is one input, of which no second one can be drawn.
    asked = {"expert": "custom", "expert_formula": "relu(t)*exp(relu(t+1/3))", "atoms": 3}
    verdict = verdict_of({"compose": {**asked, "crowded": [1, 2, 3]}}, limit=60.0)
    assert verdict.answer in ("holds", "fails", "undecided")
    assert verdict.seconds < 60


SIX = "1 : p1 p2 p3; ? : p1 p1 p2; ? : p4 p5 p6; ? : p1 p5 p6; ? : p2 p5 p8"
LONG = [
    {
        "router": "cosine", "expert": "gelu", "output": "gaussian", "dimension": 3,
        "test": "relation", "relation": SIX,
    },
    {"router": "quadratic", "expert": "gelu", "output": "gaussian", "dimension": 2, "atoms": 3},
    {
        "router": "perturbed-cosine", "expert": "ffn", "hidden": 2, "dimension": 2,
        "test": "discover",
    },
    {
        "router": "competition", "expert": "tanh", "output": "categorical", "dimension": 2,
        "atoms": 3,
    },
    {
        "expert": "custom", "expert_formula": "softplus(sigmoid(t))", "output": "gaussian",
        "point": "flat-expert",
    },
    {
        "expert": "custom", "expert_formula": "relu(t)+relu(t-1/2)+relu(t-1/3)+abs(t+1/7)",
        "dimension": 2, "atoms": 3, "crowded": [1, 2, 3],
    },
]  # fmt: skip


@pytest.mark.parametrize("selection", LONG, ids=lambda s: s.get("expert_formula", s["expert"]))
def test_a_time_limit_holds(selection):
    # The time of this process: others may have the machine.
    start = time.process_time()
    limit = 0.4
    claim = compose(selection)
    own = Check(_by_process_time(claim.checks[0].run, limit))
    verdict = decide(Claim("X1", "", "", "", Answer.HOLDS, "", (own,)))
    assert verdict.answer in ("holds", "fails", "undecided")
    assert time.process_time() - start < limit + 2


def _by_process_time(work, limit):
    end = time.process_time() + limit

    def run(_stop):
        try:
            with watched(lambda: time.process_time() > end):
                return work(None)
        except Cancelled:
            return report.Test("time limit", Answer.UNDECIDED, "late")

    return run


def test_why_one_test_is_undecided_is_no_condition_of_what_another_decides(monkeypatch):
    """A claim that fails at generic points fails, whatever a special point would have said."""

    def never(_stop):
        raise Cancelled("The time is over.")

    fails = Check(lambda _stop: report.Test("generic", Answer.FAILS, ""))
    claim = Claim("X1", "", "", "", Answer.HOLDS, "", (fails, Check(never, "no flat expert")))
    monkeypatch.setattr(answer, "claim_of", lambda _request: claim)
    verdict = verdict_of({"claim": "X1"})
    assert verdict.tests[1].answer == Answer.UNDECIDED
    assert verdict.tests[1].condition
    assert (verdict.answer, verdict.condition) == (Answer.FAILS, "")


def test_a_stop_is_heard_inside_a_test():
    asked = []

    def stop():
        asked.append(None)
        return len(asked) > 50

    with pytest.raises(Cancelled):
        verdict_of({"compose": {"dimension": 2, "expert": "gelu"}}, stop)
    assert len(asked) < 60


def test_nobody_is_asked_outside_a_check():
    with watched(lambda: True), pytest.raises(Cancelled):
        pause()
    pause()
