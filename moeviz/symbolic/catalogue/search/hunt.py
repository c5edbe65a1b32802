"""One search from its generic point to its families of exceptions."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from moeviz.errors import Cancelled, FormulaError
from moeviz.symbolic.catalogue.search.border import Border, Outcome
from moeviz.symbolic.catalogue.search.space import Search
from moeviz.symbolic.certificates.report import Answer, Test
from moeviz.symbolic.questions.claims import Check

SEEDS = (0, 20)
"""A family fails when it fails at the points of both seeds: one may be special by chance."""

TEST_LIMIT = 5.0
"""Seconds for the test of one pattern."""


@dataclass(frozen=True)
class Found:
    """What a search found.

    Attributes
    ----------
    search : Search
    families, undefined, undecided : tuple of int
        The most general patterns that fail; that have no derivatives; that no certificate decides.
    border : Border
        What is known of every pattern.
    seconds : float
        Of one core's work.
    """

    search: Search
    families: tuple[int, ...]
    undefined: tuple[int, ...]
    undecided: tuple[int, ...]
    border: Border
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data, from which the search can go on."""
        generic = self.border.tested.get(self.search.base)
        return {
            "question": self.search.question,
            "extent": self.search.extent(),
            "generic": "not tested" if generic is None else str(generic[0]),
            "families": [self.search.to_json(p) for p in self.families],
            "undefined": [self.search.words(p) for p in self.undefined],
            "undecided": [self.search.words(p) for p in self.undecided],
            "given_up": self.border.given_up,
            "patterns": len(self.border.patterns),
            "tested": len(self.border.tested),
            "left": self.border.unknown,
            "seconds": round(self.seconds, 2),
            "tests": {f"{p:x}": [str(o), gauge] for p, (o, gauge) in self.border.tested.items()},
        }


def hunt(
    search: Search,
    should_stop: Callable[[], bool] = lambda: False,
    known: Mapping[str, Sequence[Any]] | None = None,
    seconds: float = 0.0,
) -> Found:
    """Search for the most general patterns that fail.

    Parameters
    ----------
    search : Search
    should_stop : callable
        Asked during tests; what was found until then is returned.
    known : mapping, optional
        The "tests" of an earlier, unfinished search of the same digest, to go on from.
    seconds : float
        What the earlier search took.
    """
    start = time.process_time()
    tested = {int(p, 16): (Outcome(o), int(gauge)) for p, (o, gauge) in (known or {}).items()}
    border = Border(search.patterns, search.places, tested)
    try:
        # The most general pattern first: between it and any other of its gauge all is known.
        if search.base not in border.tested:
            border.mark(search.base, outcome_of(search, search.base, should_stop))
        if border.tested[search.base][0] is Outcome.HOLDS:
            border.walk(lambda p: outcome_of(search, p, should_stop), should_stop)
    except Cancelled:
        pass
    return Found(
        search,
        tuple(border.most_general(Outcome.FAILS)),
        tuple(border.most_general(Outcome.UNDEFINED)),
        tuple(border.most_general(Outcome.UNDECIDED)),
        border,
        seconds + time.process_time() - start,
    )


def outcome_of(
    search: Search, pattern: int, should_stop: Callable[[], bool] = lambda: False
) -> tuple[Outcome, int]:
    """Decide a pattern.

    Parameters
    ----------
    search : Search
    pattern : int
    should_stop : callable

    Returns
    -------
    Outcome
    int
        A number that falls when the gauge grows, and for a literal test is always the same.

    Raises
    ------
    Cancelled
        If `should_stop` said yes.
    """
    for seed in SEEDS:
        check = search.check(pattern, seed)
        try:
            test = _run(check, should_stop)
        except FormulaError:
            return Outcome.UNDEFINED, 0
        if test.answer == Answer.UNDECIDED:
            return Outcome.UNDECIDED, 0
        if test.answer == check.expect:
            return Outcome.HOLDS, _without_gauge(test)
    return Outcome.FAILS, 0


def _without_gauge(test: Test) -> int:
    """Return a family's size without its gauge.

    Coordinates that fix the gauge are left out of the cone's family; the first-order test lists
    the gauge in its certificate.
    """
    size = 0 if test.family is None else len(test.family)
    return size - len(test.certificate.get("gauge", ()))


def _run(check: Check, should_stop: Callable[[], bool]) -> Test:
    """Run a test with its own limit; one that takes longer is undecided.

    The limit is on this process's work, so that a busy machine changes no answer.
    """
    end = time.process_time() + TEST_LIMIT
    try:
        return check.run(lambda: should_stop() or time.process_time() > end)
    except Cancelled:
        if should_stop():
            raise
        return Test("time limit", Answer.UNDECIDED)
