"""Limits: what a comparison may take in work and memory, reckoned before anything starts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from moeviz.errors import SpecificationError
from moeviz.train.fields import UPCYCLED
from moeviz.train.memory import answering, reads_all, record_bytes, worker_bytes
from moeviz.train.reference import REFERENCES
from moeviz.train.routers import ROUTERS
from moeviz.train.tasks import TASKS

if TYPE_CHECKING:
    from moeviz.train.method import Method
    from moeviz.train.specification import Training

MOST_RUNS = 60

MOST_WORK = 2e14
"""Multiplications of a whole run: about an hour of two cores."""

MOST_STEP_WORK = 3e10
"""Multiplications of one step: about a second and a half, so that who stops a run need not wait."""

MOST_BYTES = 1.5 * 2**30
"""Memory of a worker."""

MOST_RECORD_BYTES = 256 * 2**20
"""Of all records of a run: a server holds them in its memory while somebody looks."""

MOVED = 50
"""Multiplications that take as long as it takes to carry a number to an expert and back."""

ROW = 40
"""Numbers that take as long to carry as it takes to find the place of a token's expert."""

SCORED = 250
"""Multiplications that take as long as choosing among experts takes for each of them."""

ATTENDED = 12
"""Multiplications that take as long as what a head of attention does beside them with a token."""

KEPT_TOGETHER = 4
"""How often an answer is carried where an affinity reads the answers of all experts."""


def check_size(spec: Training) -> None:
    """Refuse a run that is larger than the laboratory's limits.

    Parameters
    ----------
    spec : Training

    Raises
    ------
    SpecificationError
        If there are too many runs, too much work in all or in a step, or too much to remember.
    """
    runs, work = len(spec.methods) * spec["seeds"] * len(spec.domains), whole_work(spec)
    if runs > MOST_RUNS:
        raise SpecificationError(
            f"Expected at most {MOST_RUNS} runs, but {len(spec.methods)} methods times "
            f"{spec['seeds']} seeds times {len(spec.domains)} domains are {runs}; take fewer."
        )
    if work > MOST_WORK:
        raise SpecificationError(
            f"Expected at most {MOST_WORK:.0e} multiplications, but this run needs about "
            f"{work:.0e}; take fewer steps, methods or seeds, or a smaller network."
        )
    records = sum(
        record_bytes(method.name, method.fields, len(spec.steps_at)) for method in spec.methods
    )
    records *= spec["seeds"] * len(spec.domains)
    if records > MOST_RECORD_BYTES:
        raise SpecificationError(
            f"Expected records of at most {MOST_RECORD_BYTES / 2**20:.0f} MiB, but of {runs} "
            f"runs at {len(spec.steps_at)} checkpoints there are about "
            f"{records / 2**20:,.0f}; take fewer checkpoints, seeds, methods or layers."
        )
    for method in spec.methods:
        step, room = step_work(method), worker_bytes(method.name, method.fields)
        if step > MOST_STEP_WORK:
            raise SpecificationError(
                f"Expected at most {MOST_STEP_WORK:.0e} multiplications in a step, but a step "
                f"of {method.title} may need about {step:.0e}; take fewer sequences, or a "
                "smaller network."
            )
        if room > MOST_BYTES:
            raise SpecificationError(
                f"Expected at most {MOST_BYTES / 2**30:.1f} GiB for a network in training, but "
                f"{method.title} needs about {room / 2**30:.1f}; take fewer sequences, experts "
                "or hidden units."
            )


def whole_work(spec: Training) -> float:
    """Return about how many multiplications all runs of a comparison take."""
    each = sum(method_work(method) for method in spec.methods) + dense_work(spec)
    return float(spec["seeds"] * len(spec.domains) * each)


def dense_work(spec: Training) -> float:
    """Return about how many the dense network takes with which a seed's runs begin; 0 for none."""
    if spec["start"] != UPCYCLED or all(method.dense for method in spec.methods):
        return 0.0
    busy = {**spec.methods[0].fields, "experts": 1, "top": 1}
    return float(spec["dense_steps"] * _step_work(busy, 1.0))


def method_work(method: Method) -> float:
    """Return about how many multiplications one run of a method takes, forward and backward."""
    f = method.fields
    busy = f["experts"] if _asks_all(method) else f["top"]
    if method.competes:
        busy += f["omega"] * (f["experts"] - f["top"])
    return float(f["steps"] * _step_work(f, busy))


def step_work(method: Method) -> float:
    """Return about how many multiplications a step takes on which all layers compete that may.

    What is carried from place to place is counted as the multiplications that take as long: of
    small experts, of many, and of long inputs it is most of a step.
    """
    f = method.fields
    everyone = method.competes or _asks_all(method)
    rows = answering(method.name, f)[0]
    if reads_all(method.name, f):
        rows *= KEPT_TOGETHER
    carried = rows * MOVED * (f["width"] + f["hidden"] + ROW) + SCORED * f["experts"]
    carried += ATTENDED * f["context"] * f["heads"]
    tokens = f["batch"] * TASKS[str(f["task"])].tokens(f)
    work = _step_work(f, f["experts" if everyone else "top"])
    return float(work + 3 * tokens * f["layers"] * carried)


def _step_work(f: Mapping[str, Any], busy: float) -> float:
    """Return the multiplications of a step on which so many experts answer a token."""
    layer = 2 * busy * f["width"] * f["hidden"] + f["experts"] * f["width"]
    tokens = f["batch"] * TASKS[str(f["task"])].tokens(f)
    attention = 4 * f["width"] ** 2 + 2 * f["context"] * f["width"]
    return float(3 * tokens * f["layers"] * (layer + attention))


def _asks_all(method: Method) -> bool:
    """Return whether every expert answers every token."""
    if method.dense:
        return REFERENCES[method.name].total
    return ROUTERS[method.name].competes == "always"
