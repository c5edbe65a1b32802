r"""The border between the patterns that fail and those that hold, found with few tests.

Two facts make most patterns' answers known without a test. The functions of a family, their kinks
taken as distributions, depend continuously on the parameters.

- *Downwards.* Linear dependence is closed: limits and special cases of a family that fails
  throughout fail too. For tests modulo gauge and for the second-order cone this can be lost, since
  the limit of the solutions may be a direction of a larger gauge, with no second-order part left.
  But nothing rests on it: a named family is excluded with all its special cases, so that the
  condition that names it covers them whatever their own answer.
- *Upwards.* Independence is open: when a special pattern holds at one point, the patterns of which
  it is a special case hold at points nearby, and so none of them fails throughout. For tests modulo
  gauge it is asked besides that the gauge is no larger there than nearby: then the limit of
  solutions nearby, in coordinates that fix the gauge at both, would be a solution there. A gauge
  grows towards special cases, so that two patterns with gauges of one size have it between them.

So the search walks along the border: from a pattern that holds to more and more special ones, from
one that fails to more and more general ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from moeviz.symbolic.catalogue.search.pattern import WIDTH, is_special, swapped


class Outcome(StrEnum):
    """What is known of a pattern."""

    HOLDS = "holds"
    FAILS = "fails"
    UNDEFINED = "not defined"
    UNDECIDED = "undecided"


_CODES = {outcome: code for code, outcome in enumerate(Outcome, start=1)}
UNKNOWN = 0

PATIENCE = 12
"""Patterns without a decision, after which special cases of such patterns are not tried."""

Answered = tuple[Outcome, int]
"""What a test says of a pattern, and a number that changes with the size of the gauge."""

Test = Callable[[int], Answered]


@dataclass
class Border:
    """All patterns of a search, with what is known of each.

    Attributes
    ----------
    patterns : array of int, shape (N,)
        Every pattern that is asked for; with `places`, one of the two orders of the atoms.
    places : int or None
        Number of blocks, if the two atoms can be exchanged; None if they cannot.
    tested : dict of int to (Outcome, int)
        Patterns with a test of their own.
    """

    patterns: np.ndarray
    places: int | None = None
    tested: dict[int, Answered] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.patterns = np.asarray(self.patterns, dtype=np.int64)
        self._state = np.zeros(len(self.patterns), dtype=np.int8)
        # The bits are few, so that their number is the number of conditions, but for a zero in
        # both, which is two of them.
        bits = (self.patterns[:, None] >> np.arange(63)) & 1
        self._size = bits.sum(1)
        known, self.tested = dict(self.tested), {}
        for pattern, answered in known.items():
            self.mark(pattern, answered)

    @property
    def unknown(self) -> int:
        """How many patterns have no answer yet."""
        return int((self._state == UNKNOWN).sum())

    def count(self, outcome: Outcome) -> int:
        """Return how many patterns have an answer, by a test of their own or without."""
        return int((self._state == _CODES[outcome]).sum())

    def mark(self, pattern: int, answered: Answered) -> None:
        """Keep what a test said, and what follows."""
        self.tested[pattern] = answered
        outcome, gauge = answered
        for one in self._orders(pattern):
            match outcome:
                case Outcome.FAILS | Outcome.UNDEFINED:
                    # What has no derivative or a zero denominator throughout has so in all cases.
                    hit = (self.patterns & one) == one
                case Outcome.HOLDS:
                    hit = (self.patterns == one) | self._up_to_gauge(one, gauge)
                case _:
                    hit = self.patterns == one
            self._state[hit & (self._state == UNKNOWN)] = _CODES[outcome]
        if outcome is Outcome.UNDECIDED:
            self._give_up()

    def _give_up(self) -> None:
        """Leave special cases of undecided patterns, which are dear, once there are many."""
        undecided = [p for p, (outcome, _) in self.tested.items() if outcome is Outcome.UNDECIDED]
        if len(undecided) >= PATIENCE:
            for pattern in undecided:
                for one in self._orders(pattern):
                    hit = ((self.patterns & one) == one) & (self._state == UNKNOWN)
                    self._state[hit] = _CODES[Outcome.UNDECIDED]

    @property
    def given_up(self) -> int:
        """How many patterns were not tried since a more general one could not be decided."""
        tested = sum(1 for outcome, _ in self.tested.values() if outcome is Outcome.UNDECIDED)
        return max(0, self.count(Outcome.UNDECIDED) - tested)

    def _up_to_gauge(self, pattern: int, gauge: int) -> np.ndarray:
        """Return which patterns lie between one that holds and a tested one of the same gauge."""
        hit = np.zeros(len(self.patterns), dtype=bool)
        for known, (outcome, size) in self.tested.items():
            if outcome is Outcome.HOLDS and size == gauge:
                for other in self._orders(known):
                    if is_special(pattern, other):
                        hit |= self._between(other, pattern)
                    elif is_special(other, pattern):
                        hit |= self._between(pattern, other)
        return hit

    def _between(self, general: int, special: int) -> np.ndarray:
        return ((self.patterns & general) == general) & ((self.patterns & ~special) == 0)

    def walk(self, test: Test, should_stop: Callable[[], bool] = lambda: False) -> None:
        """Test patterns until all have an answer, or until asked to stop."""
        while self.unknown and not should_stop():
            left = np.flatnonzero(self._state == UNKNOWN)
            pattern = int(self.patterns[left[np.argmin(self._size[left])]])
            outcome = self._tested(pattern, test)
            while outcome is Outcome.HOLDS and not should_stop():
                outcome, pattern = self._step(pattern, test, more_special=True)
            while outcome is Outcome.FAILS and not should_stop():
                following, general = self._step(pattern, test, more_special=False)
                if following is not Outcome.FAILS:
                    break
                pattern = general

    def _tested(self, pattern: int, test: Test) -> Outcome:
        answered = test(pattern)
        self.mark(pattern, answered)
        return answered[0]

    def _step(self, pattern: int, test: Test, more_special: bool) -> tuple[Outcome, int]:
        """Test an unknown pattern that is more special or more general; UNDECIDED if there is none.

        Below a pattern that holds the most special one is tried: where it holds, all between is
        known. Above a failing one generalisations are tried, nearest first, until one fails.
        """
        for one in self._orders(pattern) if more_special else (pattern,):
            covers = (
                (self.patterns & one) == one if more_special else (self.patterns & ~one) == 0
            ) & (self._state == UNKNOWN)
            while covers.any():
                near = np.flatnonzero(covers)
                following = int(self.patterns[near[np.argmax(self._size[near])]])
                outcome = self._tested(following, test)
                if more_special or outcome is Outcome.FAILS:
                    return outcome, following
                covers &= self._state == UNKNOWN
        return Outcome.UNDECIDED, pattern

    def _orders(self, pattern: int) -> tuple[int, ...]:
        if self.places is None:
            return (pattern,)
        other = swapped(pattern, self.places)
        return (pattern,) if other == pattern else (pattern, other)

    def most_general(self, outcome: Outcome) -> list[int]:
        """Return the tested patterns with an outcome that are a special case of no other."""
        found = sorted(
            (p for p, (o, _) in self.tested.items() if o is outcome),
            key=lambda p: (p.bit_count(), p),
        )
        kept: list[int] = []
        for pattern in found:
            if not any(is_special(one, k) for k in kept for one in self._orders(pattern)):
                kept.append(pattern)
        return kept


def without(patterns: np.ndarray, left_out: Iterable[int]) -> np.ndarray:
    """Return the patterns that are a special case of none of those left out."""
    for one in left_out:
        patterns = patterns[(patterns & one) != one]
    return patterns


def one_order(patterns: np.ndarray, places: int) -> np.ndarray:
    """Return one of each two patterns that differ in the order of the atoms."""
    others = np.array([swapped(int(p), places) for p in patterns], dtype=np.int64)
    return patterns[patterns <= others]


def all_patterns(choices: Sequence[Sequence[int]]) -> np.ndarray:
    """Return every combination of the blocks' relations, as patterns."""
    found = np.zeros(1, dtype=np.int64)
    for place, values in enumerate(choices):
        shifted = np.array([value << (WIDTH * place) for value in values], dtype=np.int64)
        found = (found[:, None] | shifted[None, :]).reshape(-1)
    return found
