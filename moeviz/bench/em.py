"""Likelihood fits beside flexmix's, and Fisher scoring beside our own EM.

All fits of a data set begin at the same parameters; flexmix, which begins with an M-step, gets
the responsibilities at these parameters. Ours run in a batch on one process per core, flexmix fits
one data set after another, as its users do; `ratio_per_core` divides our advantage by the number
of processes.
"""

from __future__ import annotations

import math
import os
import time
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from moeviz.bench.work import Data, Row, Task, in_parallel, make_data, pool, row
from moeviz.estimate import ExpectationMaximisation, LevenbergMarquardt, Method, fit
from moeviz.model import Features
from moeviz.peers import FlexmixFit, flexmix_categorical, why_missing
from moeviz.study import PRESETS, Specification

Array = NDArray[np.float64]

REPLICATES = 40

CLOSE = 1e-4
"""A fit has converged when its total log-likelihood is this close to the best known."""

REPEATS = 3
"""Short runs of each side, in turns, by which one iteration is timed."""

OWN_RULE = 1e-6
"""flexmix's default tolerance, relative to the log-likelihood."""

SCORING = LevenbergMarquardt(max_steps=2000)


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
    fits : int
        Data sets that Fisher scoring fits.
    timed : int
        Iterations over which one iteration of EM is timed.
    long : int
        Iterations of our EM that Fisher scoring is held against.
    traced : int
        Data sets of that comparison.
    peers : int
        Data sets that flexmix fits.
    limit : float
        Seconds for each of its fits.
    """

    words: str
    changes: dict[str, float]
    n: int
    fits: int
    timed: int
    long: int
    traced: int
    peers: int
    limit: float

    @property
    def spec(self) -> Specification:
        """The study that makes the data."""
        return PRESETS["multinomial-fig1a"].build({**self.changes, "sizes": (self.n,)})

    @property
    def work(self) -> str:
        """The work in words."""
        return f"{self.words}, 2 classes, d=1, n={self.n}"


FIGURE = "Figure 1a's model, 3 experts fitted to 2"

CASES = (
    Case(FIGURE, {}, 10_000, 40, 50, 2000, 8, 2, 40.0),
    Case(FIGURE, {}, 100_000, 10, 10, 1000, 4, 1, 60.0),
    Case(
        "Figure 1a's truth on [-3, 3], 2 experts fitted to 2",
        {"atoms": 2, "low": -3.0, "high": 3.0},
        10_000, 40, 50, 2000, 8, 2, 60.0,
    ),
)  # fmt: skip


def _run(task: Task, method: Method) -> tuple[float, list[Array]]:
    """Fit a batch; return seconds and each fit's log-likelihood at the start and after each step.

    A trace ends where its fit ended.
    """
    data = make_data(task)
    problem = data.problem()
    began = time.perf_counter()
    found = fit(problem, data.starts[:, 0], method, keep_trace=True)
    seconds = time.perf_counter() - began
    traces = -0.5 * torch.stack(found.trace, dim=1).numpy()
    return seconds, [
        trace[: steps + 1] for trace, steps in zip(traces, found.steps.tolist(), strict=True)
    ]


def _flexmix(data: Data, replicate: int, iterations: int, seconds: float) -> FlexmixFit:
    """Let flexmix fit one data set as long as it improves, within its limits."""
    mixture = data.mixture
    features = Features(data.features.gate[replicate], data.features.expert[replicate])
    response = data.response[replicate]
    values = mixture.values(data.starts[replicate, 0], features)
    shares = mixture.output.component_rows(mixture.gate, values, response)[1]
    x = features.expert[:-1]
    return flexmix_categorical(
        x.numpy(), response.numpy(), shares.numpy(), iterations, 1e-15, seconds
    )


def _first(reached: NDArray[np.bool_]) -> int | None:
    """Return the first index that is true, or None."""
    return int(reached.argmax()) if reached.any() else None


def em_benchmark() -> list[Row]:
    """Fit multinomial logistic experts by our EM, by Fisher scoring and by flexmix."""
    workers = os.cpu_count() or 1
    rows: list[Row] = []
    with pool(workers) as processes:
        for case in CASES:
            task = Task(case.spec, case.n, 0, REPLICATES)
            few = replace(task, last=case.traced)

            def ours(task: Task, method: Method) -> tuple[float, list[Array]]:
                return in_parallel(processes, _run, task, workers, method)

            ours(replace(task, n=1000, last=2 * workers), ExpectationMaximisation(3, 0.0))
            data = make_data(replace(task, last=case.peers))
            timed: list[float] = []
            peer_timed: list[float] = []
            for _ in range(REPEATS):
                seconds, _ = ours(task, ExpectationMaximisation(case.timed, 0.0))
                timed.append(seconds / case.timed / REPLICATES)
                if why_missing() is None:
                    short = _flexmix(data, 0, case.timed, math.inf)
                    peer_timed.append(short.seconds_per_iteration)
            scoring_seconds, scoring = ours(replace(task, last=case.fits), SCORING)
            em_seconds, em = ours(few, ExpectationMaximisation(case.long, 0.0))
            peers: list[FlexmixFit] = []
            if why_missing() is None:
                peers = [_flexmix(data, r, 100_000, case.limit) for r in range(case.peers)]
            rows += [
                _iteration(case, timed, peer_timed, peers, workers),
                _converged(case, scoring_seconds / case.fits, scoring, em, peers, workers),
                _scoring(case, scoring_seconds, scoring, em_seconds, em),
            ]
    return rows


def _peer(peers: list[FlexmixFit]) -> str:
    return f"flexmix {peers[0].version}" if peers else "flexmix (not installed)"


def _iteration(
    case: Case, timed: list[float], peer_timed: list[float], peers: list[FlexmixFit], workers: int
) -> Row:
    """Compare one iteration of EM on one data set: each side's fastest of runs in turns."""
    ours = min(timed)
    theirs = min(peer_timed) if peer_timed else None
    return row(
        "em", f"one EM iteration of one fit, {case.work}", ours, _peer(peers), theirs,
        ratio_per_core=theirs / ours / workers if theirs else None,
        replicates=REPLICATES, iterations=case.timed, processes=workers,
        ours_runs=timed, peer_runs=peer_timed,
        note="ours takes one Newton step on each M-step's aim, flexmix maximises it",
    )  # fmt: skip


def _converged(
    case: Case,
    ours: float,
    scoring: list[Array],
    em: list[Array],
    peers: list[FlexmixFit],
    workers: int,
) -> Row:
    """Compare one fit until its log-likelihood is within CLOSE of the best that anybody found."""
    best = [trace[-1] for trace in scoring]
    for ends in ([trace[-1] for trace in em], [peer.trace[-1] for peer in peers]):
        for r, end in enumerate(ends):
            best[r] = max(best[r], end)
    reached = sum(trace[-1] >= top - CLOSE for trace, top in zip(scoring, best, strict=True))
    seconds, gaps, own_seconds, own_gaps, missed = [], [], [], [], 0
    for peer, top in zip(peers, best, strict=False):
        trace = np.array(peer.trace)
        hit = _first(trace >= top - CLOSE)
        missed += hit is None
        seconds.append(peer.seconds if hit is None else (hit + 1) * peer.seconds_per_iteration)
        gaps.append(float(top - trace[-1]))
        change = np.abs(np.diff(trace)) / (np.abs(trace[1:]) + 0.1)
        stop = _first(change < OWN_RULE)
        if stop is not None:
            own_seconds.append((stop + 2) * peer.seconds_per_iteration)
            own_gaps.append(float(top - trace[stop + 1]))
    theirs = float(np.mean(seconds)) if peers else None
    return row(
        "converged fit", f"one fit by Fisher scoring, {case.work}", ours, _peer(peers), theirs,
        ratio_per_core=theirs / ours / workers if theirs else None,
        ratio_is_lower_bound=missed > 0,
        replicates=case.fits, processes=workers,
        ours_reached=int(reached),
        peer_fits=len(peers), peer_reached=len(peers) - missed, peer_limit_seconds=case.limit,
        peer_iterations=[p.iterations for p in peers], peer_gaps=gaps,
        peer_own_rule_seconds=own_seconds, peer_own_rule_gaps=own_gaps,
        note=_verdict(missed, len(peers), case.limit),
    )  # fmt: skip


def _verdict(missed: int, fits: int, limit: float) -> str:
    if not fits:
        return "flexmix is not installed"
    if not missed:
        return f"flexmix's time is that to come within {CLOSE:g} of the best log-likelihood known"
    return (
        f"{missed} of flexmix's {fits} fits did not come within {CLOSE:g} of the best "
        f"log-likelihood known in {limit:g} s; the ratio is a lower bound"
    )


def _scoring(
    case: Case,
    scoring_seconds: float,
    scoring: list[Array],
    em_seconds: float,
    em: list[Array],
) -> Row:
    """Compare the steps of Fisher scoring to what EM reaches with EM's."""
    ours, theirs, misses = [], [], 0
    for fast, slow in zip(scoring, em, strict=False):
        # EM's own first time there: within CLOSE / 100 of its end, it may have stopped moving.
        level = slow[-1] - CLOSE / 100
        step = _first(fast >= level)
        misses += step is None
        if step is not None:
            ours.append(max(1, step))
            theirs.append(_first(slow >= level) or 1)
    steps, slow_steps = float(np.mean(ours)), float(np.mean(theirs))
    per_step = scoring_seconds / sum(len(trace) for trace in scoring)
    per_iteration = em_seconds / sum(len(trace) for trace in em)
    return row(
        "fisher", f"one fit to the likelihood of {case.long} EM iterations, {case.work}",
        steps * per_step, "our EM", slow_steps * per_iteration,
        steps_ours=steps, steps_peer=slow_steps, steps_ratio=slow_steps / steps,
        smallest_steps_ratio=float(np.min(np.array(theirs) / np.array(ours))),
        fits=len(em), not_reached=misses,
        em_gaps=[float(fast[-1] - slow[-1]) for fast, slow in zip(scoring, em, strict=False)],
    )  # fmt: skip
