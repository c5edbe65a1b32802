"""Claims: a statement of a paper, the tests that decide it, and the verdict with its certificates.

The verdict follows from the tests alone. A test belongs to the generic point or to a special one
that has a name; a claim that holds at generic points and fails at a special one holds under the
condition that names it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Protocol

from moeviz.errors import Cancelled, FormulaError
from moeviz.symbolic.certificates.report import Answer, Test
from moeviz.symbolic.kernel.watch import watched
from moeviz.symbolic.questions.meant import meant

Stop = Callable[[], bool] | None
Decide = Callable[[Stop], Test]

GENERIC = ""
"""Where a test is made that belongs to no special point."""


class Searchable(Protocol):
    """A search for exceptions of a test: :class:`moeviz.symbolic.catalogue.search.space.Search`."""

    def kept(self, claim: str) -> Kept:
        """Return what is kept of the search for the claim of an id."""


@dataclass(frozen=True)
class Kept:
    """What is kept of a search for exceptions.

    Attributes
    ----------
    families : tuple of (mapping, Check)
        Each family of exceptions as plain data, with the test that decides it again.
    searched : mapping
        How far was searched and when, as plain data.
    """

    families: tuple[tuple[Mapping[str, Any], Check], ...]
    searched: Mapping[str, Any]


@dataclass(frozen=True)
class Complete:
    """What stands where a search would, if a claim's own tests name all cases there are.

    Attributes
    ----------
    question : str
        The test, in words.
    words : str
        Why there are no others.
    """

    question: str
    words: str

    def kept(self, claim: str) -> Kept:
        """Return no families, and why there are none.

        Parameters
        ----------
        claim : str
            Its id.
        """
        said = {"question": self.question, "words": self.words, "current": True, "proved": True}
        return Kept((), said)


class Asks(StrEnum):
    """What a test asks: it holds where the answer is yes."""

    INDEPENDENCE = "independence"
    """Whether functions are independent, or no crowded cell can spread out along a relation."""
    RELATION = "relation"
    """Whether a relation that somebody wrote down holds for all parameters."""
    VALUE = "value"
    """Whether numbers lie where they should."""


@dataclass(frozen=True)
class Check:
    """One test of a claim, not yet run.

    Attributes
    ----------
    run : callable
        Takes `should_stop`, returns the test.
    special : str
        The condition under which the test's point is avoided, such as "A, b not 0"; empty for a
        generic point.
    expect : Answer
        What the test must say for the claim to hold: a claim of dependence expects FAILS of a
        test of independence.
    search : Searchable or None
        For a claim about all parameters: where its exceptions are looked for.
    asks : Asks
        What the test asks, so that words can say what its failing means.
    """

    run: Decide
    special: str = GENERIC
    expect: Answer = Answer.HOLDS
    search: Searchable | None = None
    asks: Asks = Asks.INDEPENDENCE


@dataclass(frozen=True)
class Claim:
    """A claim of a paper.

    Attributes
    ----------
    id : str
        Number in the catalogue, with the case: ``C4.relu.d1``.
    paper : str
        Paper key.
    reference : str
        Where it stands.
    statement : str
        In words; text between dollars is LaTeX.
    paper_says : Answer
    words : str
        The paper's saying in one sentence.
    checks : tuple of Check
    repair : tuple of Check
        What a natural repair of the definition asks, where it fails as written.
    repaired : str
        The repair in words.
    why : str
        Which rate depends on it.
    study : str
        The preset that measures it; empty if there is none.
    """

    id: str
    paper: str
    reference: str
    statement: str
    paper_says: Answer
    words: str
    checks: tuple[Check, ...]
    repair: tuple[Check, ...] = ()
    repaired: str = ""
    why: str = ""
    study: str = ""


@dataclass(frozen=True)
class Verdict:
    """A decided claim.

    Attributes
    ----------
    claim : Claim
    answer : Answer
    condition : str
        What must hold, for an answer under a condition; why not, for an undecided one.
    tests, repair : tuple of Test
    repair_answer : Answer or None
    repair_condition : str
    exceptions : tuple of mapping
        The kept families of exceptions that were decided again, each with the number of its test.
    searched : tuple of mapping
        How far was searched for them, one for each search.
    seconds : float
    """

    claim: Claim
    answer: Answer
    condition: str
    tests: tuple[Test, ...]
    repair: tuple[Test, ...] = ()
    repair_answer: Answer | None = None
    repair_condition: str = ""
    exceptions: tuple[Mapping[str, Any], ...] = ()
    searched: tuple[Mapping[str, Any], ...] = ()
    seconds: float = 0.0

    @property
    def agrees(self) -> bool:
        """Whether the verdict is the paper's."""
        return self.answer == self.claim.paper_says

    def to_json(self) -> dict[str, Any]:
        """Return the verdict as plain data."""
        claim = self.claim
        return {
            "id": claim.id,
            "paper": claim.paper,
            "reference": claim.reference,
            "statement": claim.statement,
            "paper_says": str(claim.paper_says),
            "paper_words": claim.words,
            "tests": _tests_json(self.tests, claim.checks),
            "verdict": str(self.answer),
            "condition": self.condition,
            "agrees_with_paper": self.agrees if claim.paper else None,
            "repair": {
                "statement": claim.repaired,
                "verdict": str(self.repair_answer),
                "condition": self.repair_condition,
                "tests": _tests_json(self.repair, claim.repair),
            }
            if self.repair_answer is not None
            else None,
            "exceptions": [dict(one) for one in self.exceptions],
            "searched": [dict(one) for one in self.searched],
            "why": claim.why,
            "study": claim.study,
            "seconds": round(self.seconds, 3),
        }


def _tests_json(tests: Sequence[Test], checks: Sequence[Check]) -> list[dict[str, Any]]:
    """Return tests as plain data, with what each asks, what the claim expects of it, and where."""
    return [
        {
            **test.to_json(),
            "asks": str(check.asks),
            "expected": str(check.expect),
            "special": check.special,
        }
        for test, check in zip(tests, checks, strict=True)
    ]


def decide(claim: Claim, should_stop: Stop = None, limit: float | None = None) -> Verdict:
    """Run a claim's tests and say what follows.

    Parameters
    ----------
    claim : Claim
    should_stop : callable, optional
        Asked between the steps of a test.
    limit : float, optional
        Seconds for each test; one that takes longer is undecided and says so.

    Raises
    ------
    Cancelled
        If `should_stop` said yes.
    """
    start = time.perf_counter()
    own = _with_exceptions(claim.id, "tests", claim.checks, should_stop, limit)
    repair = _Part((), (), None, "", (), ())
    if claim.repair:
        repair = _with_exceptions(claim.id, "repair", claim.repair, should_stop, limit)
    return Verdict(
        replace(claim, checks=own.checks, repair=repair.checks),
        own.answer or Answer.UNDECIDED,
        own.condition,
        own.tests,
        repair.tests,
        repair.answer,
        repair.condition,
        (*own.exceptions, *repair.exceptions),
        (*own.searched, *repair.searched),
        time.perf_counter() - start,
    )


@dataclass(frozen=True)
class _Part:
    """A claim's own tests or those of its repair, with what follows from them."""

    checks: tuple[Check, ...]
    tests: tuple[Test, ...]
    answer: Answer | None
    condition: str
    exceptions: tuple[Mapping[str, Any], ...]
    searched: tuple[Mapping[str, Any], ...]


def _with_exceptions(
    claim: str, part: str, checks: tuple[Check, ...], should_stop: Stop, limit: float | None
) -> _Part:
    """Run tests; where they hold at generic points, decide the kept families of exceptions too.

    A claim that fails as it is has no exceptions, and one that speaks of a dependence needs but
    one point.
    """
    tests = _run(checks, should_stop, limit)
    answer, condition = _follows(checks, tests)
    if answer not in (Answer.HOLDS, Answer.CONDITIONAL):
        return _Part(checks, tests, answer, condition, (), ())
    kept = [c.search.kept(claim) for c in checks if c.search is not None]
    found = [pair for one in kept for pair in one.families]
    again = tuple(
        replace(test, name=f"{test.name}: {family['family']}")
        for (family, _), test in zip(
            found, _run(tuple(check for _, check in found), should_stop, limit), strict=True
        )
    )
    exceptions = [
        {
            **family,
            "condition": check.special,
            "verdict": str(test.answer),
            "certificate": test.certificate.get("kind", ""),
            "part": part,
            "test": len(tests) + number,
        }
        for number, ((family, check), test) in enumerate(zip(found, again, strict=True))
    ]
    checks, tests = (*checks, *(check for _, check in found)), (*tests, *again)
    answer, condition = _follows(checks, tests)
    searched = tuple(one.searched for one in kept)
    return _Part(checks, tests, answer, condition, tuple(exceptions), searched)


def _timed(check: Check, should_stop: Stop, limit: float | None) -> Test:
    """Run one test; where its time runs out, it is undecided."""
    end = None if limit is None else time.perf_counter() + limit

    def stop() -> bool:
        asked = should_stop is not None and should_stop()
        return asked or (end is not None and time.perf_counter() > end)

    try:
        with watched(stop):
            return check.run(stop)
    except FormulaError as error:
        return Test("a formula", Answer.UNDECIDED, str(error))
    except Cancelled:
        if should_stop is not None and should_stop():
            raise
        return Test("time limit", Answer.UNDECIDED, f"the test took longer than {limit:g} seconds")


def _run(checks: tuple[Check, ...], should_stop: Stop, limit: float | None) -> tuple[Test, ...]:
    tests = []
    for check in checks:
        if should_stop is not None and should_stop():
            raise Cancelled("The check was cancelled.")
        tests.append(_timed(check, should_stop, limit))
    return tuple(tests)


def _follows(checks: tuple[Check, ...], tests: tuple[Test, ...]) -> tuple[Answer, str]:
    """Return a claim's answer and its condition, from its tests alone."""
    outcomes = []
    for check, test in zip(checks, tests, strict=True):
        if test.answer == Answer.UNDECIDED:
            outcomes.append((check, Answer.UNDECIDED))
        else:
            outcomes.append((check, Answer.HOLDS if test.answer == check.expect else Answer.FAILS))
    failed = [check for check, outcome in outcomes if outcome == Answer.FAILS]
    undecided = [t for t, (_, o) in zip(tests, outcomes, strict=True) if o == Answer.UNDECIDED]
    if any(check.special == GENERIC for check in failed):
        return Answer.FAILS, ""
    if undecided:
        return Answer.UNDECIDED, undecided[0].condition
    if failed:
        if not any(check.special == GENERIC for check, _ in outcomes):
            return Answer.FAILS, ""
        conditions = dict.fromkeys(check.special for check in failed)
        return Answer.CONDITIONAL, "; ".join(conditions)
    return Answer.HOLDS, ""


@dataclass
class Catalogue:
    """All claims, by id, in the order of the papers."""

    claims: dict[str, Claim] = field(default_factory=dict)

    def add(self, *claims: Claim) -> None:
        """Add claims.

        Raises
        ------
        ValueError
            If an id is already there.
        """
        for claim in claims:
            if claim.id in self.claims:
                raise ValueError(f"There is already a claim {claim.id}.")
            self.claims[claim.id] = claim

    def find(self, prefix: str) -> list[Claim]:
        """Return the claim of an id, or all whose id begins with it and a dot.

        Raises
        ------
        UnknownNameError
            If there is none.
        """
        return [self.claims[name] for name in meant(list(self.claims), prefix)]
