"""What a benchmark of likelihood fits says: rows made of clocks and of log-likelihoods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moeviz.bench.work import Row, row
from moeviz.peers import FlexmixFit
from moeviz.study import PRESETS, Specification

Array = NDArray[np.float64]

REPLICATES = 40

CLOSE = 1e-4
"""A fit has converged when its total log-likelihood is this close to the best known."""

LONGEST = 30.0
"""Processor seconds after which a fit of flexmix is stopped, whatever its iterations."""

GOAL = 200.0
"""What the ratios to flexmix should be at least."""

STEPS_GOAL = 20.0
"""How many times fewer steps than EM Fisher scoring should take, at least."""

OWN_RULE = 1e-6
"""flexmix's default tolerance, relative to the log-likelihood."""


@dataclass(frozen=True)
class Case:
    """One model and sample size, and how much is spent on it.

    Attributes
    ----------
    words : str
        The model.
    changes : dict
        What differs from the preset `multinomial-fig1a`.
    n : int
        Samples per data set.
    timed : int
        Iterations over which one iteration of EM is timed.
    long : int
        Iterations of our EM that Fisher scoring is held against.
    traced : int
        Data sets of that comparison.
    peers : int
        Data sets that flexmix fits.
    limit : int
        Most iterations of each of its fits, which also end after `LONGEST` seconds.
    """

    words: str
    changes: dict[str, float]
    n: int
    timed: int
    long: int
    traced: int
    peers: int
    limit: int

    @property
    def spec(self) -> Specification:
        """The study that makes the data."""
        return PRESETS["multinomial-fig1a"].build({**self.changes, "sizes": (self.n,)})

    @property
    def work(self) -> str:
        """The work in words."""
        return f"{self.words}, 2 classes, d=1, n={self.n}"


@dataclass(frozen=True)
class Runs:
    """What the clocks and the traces say about one case; seconds are of whole batches.

    ``tight`` are traces of Fisher scoring to a smaller tolerance, to be held against EM's.
    """

    case: Case
    workers: int
    timed: list[float]
    peer_timed: list[float]
    scoring_seconds: float
    scoring: list[Array]
    tight: list[Array]
    em_seconds: float
    em: list[Array]
    peers: list[FlexmixFit]

    @property
    def peer(self) -> str:
        """The peer and its version."""
        return f"flexmix {self.peers[0].version}" if self.peers else "flexmix (not installed)"

    @property
    def scoring_step(self) -> float:
        """Seconds per step of Fisher scoring and fit, averaged over the batch."""
        return self.scoring_seconds / sum(len(trace) for trace in self.scoring)

    @property
    def em_step(self) -> float:
        """Seconds per iteration of our EM and fit: the fastest of the timed runs."""
        return min(self.timed)

    def row(self, name: str, work: str, ours: float, peers: list[float], **more: Any) -> Row:
        """Return a row that holds a mean of flexmix's seconds against ours."""
        theirs = float(np.mean(peers)) if peers else None
        return row(
            name, f"{work}, {self.case.work}", ours, self.peer, theirs, goal=GOAL,
            ratio_per_core=theirs / ours / self.workers if theirs else None,
            replicates=REPLICATES, processes=self.workers, **more,
        )  # fmt: skip


def _first(reached: NDArray[np.bool_]) -> int | None:
    """Return the first index that is true, or None."""
    return int(reached.argmax()) if reached.any() else None


def all_rows(runs: Runs) -> list[Row]:
    """Return a case's rows."""
    return [iteration_row(runs), *own_rule_rows(runs), converged_row(runs), scoring_row(runs)]


def iteration_row(runs: Runs) -> Row:
    """Compare one iteration of EM on one data set: each side's fastest of runs in turns."""
    return runs.row(
        "em", "one EM iteration of one fit", runs.em_step, sorted(runs.peer_timed)[:1],
        iterations=runs.case.timed, ours_runs=runs.timed, peer_runs=runs.peer_timed,
        note="ours takes one Newton step on each M-step's aim, flexmix maximises it",
    )  # fmt: skip


def own_rule_rows(runs: Runs) -> list[Row]:
    """Compare the time to the log-likelihood at which flexmix's own rule stops, if it does."""
    em, scoring, seconds, gaps, iterations, missed = [], [], [], [], [], 0
    for peer, slow, fast in zip(runs.peers, runs.em, runs.scoring, strict=False):
        trace = np.array(peer.trace)
        stop = _first(np.abs(np.diff(trace)) / (np.abs(trace[1:]) + 0.1) < OWN_RULE)
        if stop is None:
            continue
        level = trace[stop + 1]
        steps, quick = _first(slow >= level), _first(fast >= level)
        missed += steps is None
        em.append(len(slow) if steps is None else max(1, steps))
        scoring.append(len(fast) if quick is None else max(1, quick))
        iterations.append(stop + 2)
        seconds.append((stop + 2) * peer.seconds_per_iteration)
        gaps.append(float(max(fast[-1], trace[-1]) - level))
    if not em:
        return []
    found = runs.row(
        "fit to flexmix's rule", "one fit by EM to where flexmix stops by itself",
        float(np.mean(em)) * runs.em_step, seconds,
        steps_ours=em, missed=missed, steps_peer=iterations, peer_gaps=gaps,
        scoring_steps=scoring, scoring_seconds=float(np.mean(scoring)) * runs.scoring_step,
        note=f"flexmix's default rule is a relative change of {OWN_RULE:g}; peer_gaps say how far "
        "below the best log-likelihood it stops",
    )  # fmt: skip
    return [found]


def converged_row(runs: Runs) -> Row:
    """Compare one fit until its log-likelihood is within CLOSE of the best that anybody found."""
    best = [trace[-1] for trace in runs.scoring]
    for ends in ([trace[-1] for trace in runs.em], [peer.trace[-1] for peer in runs.peers]):
        for r, end in enumerate(ends):
            best[r] = max(best[r], end)
    pairs = zip(runs.scoring, best, strict=True)
    reached = sum(trace[-1] >= top - CLOSE for trace, top in pairs)
    seconds, gaps, missed = [], [], 0
    for peer, top in zip(runs.peers, best, strict=False):
        trace = np.array(peer.trace)
        hit = _first(trace >= top - CLOSE)
        missed += hit is None
        seconds.append(peer.seconds if hit is None else (hit + 1) * peer.seconds_per_iteration)
        gaps.append(float(top - trace[-1]))
    return runs.row(
        "converged fit", "one fit by Fisher scoring", runs.scoring_seconds / REPLICATES, seconds,
        ratio_is_lower_bound=missed > 0,
        ours_reached=int(reached), ours_steps=float(np.mean([len(t) - 1 for t in runs.scoring])),
        peer_fits=len(runs.peers), peer_reached=len(runs.peers) - missed,
        peer_iteration_limit=runs.case.limit, peer_seconds_limit=LONGEST,
        peer_iterations=[p.iterations for p in runs.peers], peer_gaps=gaps,
        note=_verdict(missed, len(runs.peers), runs.case.limit),
    )  # fmt: skip


def _verdict(missed: int, fits: int, limit: int) -> str:
    if not fits:
        return "flexmix is not installed"
    if not missed:
        return f"flexmix's time is that to come within {CLOSE:g} of the best log-likelihood known"
    return (
        f"{missed} of flexmix's {fits} fits did not come within {CLOSE:g} of the best "
        f"log-likelihood known in {limit} iterations or {LONGEST:g} s, where they were stopped; "
        "the ratio is a lower bound"
    )


def scoring_row(runs: Runs) -> Row:
    """Compare the steps of Fisher scoring to what EM reaches with EM's."""
    ours, theirs, misses = [], [], 0
    for fast, slow in zip(runs.tight, runs.em, strict=False):
        # EM's own first time there: within CLOSE / 100 of its end, it may have stopped moving.
        level = slow[-1] - CLOSE / 100
        step = _first(fast >= level)
        misses += step is None
        if step is not None:
            ours.append(max(1, step))
            theirs.append(_first(slow >= level) or 1)
    steps, slow_steps = float(np.mean(ours)), float(np.mean(theirs))
    per_iteration = runs.em_seconds / sum(len(trace) for trace in runs.em)
    return row(
        "fisher",
        f"one fit to the likelihood of {runs.case.long} EM iterations, {runs.case.work}",
        steps * runs.scoring_step, "our EM", slow_steps * per_iteration,
        steps_goal=STEPS_GOAL,
        steps_ours=steps, steps_peer=slow_steps, steps_ratio=slow_steps / steps,
        smallest_steps_ratio=float(np.min(np.array(theirs) / np.array(ours))),
        fits=len(runs.em), not_reached=misses,
        em_gaps=[
            float(fast[-1] - slow[-1]) for fast, slow in zip(runs.tight, runs.em, strict=False)
        ],
    )  # fmt: skip
