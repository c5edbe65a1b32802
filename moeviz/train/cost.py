"""About how long a comparison takes: its products, and what steps and looks cost beside them."""

from __future__ import annotations

from moeviz.train.limits import dense_work
from moeviz.train.plan import plan, runs
from moeviz.train.specification import Training

PACE = 2.6e10
"""Multiplications of training that a core of an ordinary machine takes in a second."""

STEP = 0.005
"""Seconds that a step takes beside them; most of the time of a small network."""

LOOK = 0.001
"""Seconds that looking at a layer takes for each of its experts, beside what the plan has of it."""

STRETCH = 0.04
"""Seconds that a stretch takes beside those: its state is read and written, a part is asked."""

RUN = 0.2
"""Seconds that a run takes whatever its length: it is built, and at its end asked for all that is
held out. Most of the time of a short one."""

BEFORE = 1.0
"""Seconds until the first stretch has begun."""


def seconds_with(spec: Training, workers: int) -> float:
    """Return about how many seconds a comparison takes with nobody else on the machine.

    Parameters
    ----------
    spec : Training
    workers : int
        Processes that train beside each other, each on a core of its own; at least 1.
    """
    count, stretches = len(runs(spec)), plan(spec)
    work = sum(stretch.cost for stretch in stretches) / PACE + count * spec["steps"] * STEP
    work += len(stretches) * (STRETCH + spec["layers"] * spec["experts"] * LOOK) + count * RUN
    dense, begun = dense_work(spec), 0.0
    if dense:
        # Every worker trains it by itself for the runs that it has of a seed.
        begun = dense / PACE + spec["dense_steps"] * STEP
    # Runs go on beside each other, and no run is faster for a second core.
    starts = spec["seeds"] * len(spec.domains) * begun
    return float(BEFORE + starts + work / min(workers, count))
