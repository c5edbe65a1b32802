"""Which readings a study takes of a fit: losses, gauges, and what a router adds."""

from __future__ import annotations

from moeviz.model import GATES, SCORES, Domain
from moeviz.study.fields import PAPER
from moeviz.study.models import PlannedFit
from moeviz.study.specification import Specification
from moeviz.theory import DISTANCES, Reading

DEFAULT_GAUGE = "pinned"


def exact(spec: Specification) -> bool:
    """Return whether as many experts are fitted as are true."""
    return bool(spec["atoms"] == spec["true_atoms"])


def paper_loss(spec: Specification, fit: PlannedFit) -> str:
    """Return the loss of the paper that studies a fit's model."""
    if spec["output"] == "categorical":
        return "D2"
    if spec["output"] == "gaussian":
        return "compete-L2" if fit.expert == "linear" else "compete-L1"
    if not GATES[fit.gate].normalised:
        partial = not SCORES[fit.router].has_linear_term
        if spec["sparse"]:
            return "sigmoid-L4" if partial else "sigmoid-L1"
        return "sigmoid-L5" if partial else "sigmoid-L3"
    return "L3" if exact(spec) else "L2"


def readings(spec: Specification, fit: PlannedFit) -> tuple[Reading, ...]:
    """Return the readings of one fit.

    It is read with every loss and gauge; one whose router forgets its gates' lengths besides by
    its radial and its angular error. A gauge that changes nothing is left out.
    """
    paper = paper_loss(spec, fit)
    names = [paper if name == PAPER else name for name in spec["losses"]]
    if SCORES[fit.router].reads_expert:
        names = [name for name in names if name != "gate"]
    found: list[Reading] = []
    for name in dict.fromkeys(names):
        if name in DISTANCES:
            found.append(Reading(name, DEFAULT_GAUGE))
        else:
            found += [Reading(name, gauge) for gauge in spec["gauges"]]
    if SCORES[fit.router].domain is Domain.SPHERE and PAPER in spec["losses"]:
        found += [Reading("radial", "offset"), Reading("angular", "pinned")]
    return tuple(dict.fromkeys(found))
