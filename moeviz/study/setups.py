"""The designs of a study, as what a look at their information takes."""

from __future__ import annotations

from moeviz.study.scenario import resolve_scenario
from moeviz.study.specification import Specification
from moeviz.theory import Setup


def setups(spec: Specification) -> tuple[Setup, ...]:
    """Return the design behind each planned fit of a study: the model of its data at the truth.

    Fits of one model share a design, which is named once; in the order of the plan.

    Parameters
    ----------
    spec : Specification

    Raises
    ------
    SpecificationError
        If parts of a model do not go together.
    """
    found: dict[object, Setup] = {}
    for fit in resolve_scenario(spec).fits:
        if fit.source not in found:
            found[fit.source] = Setup(
                fit.source, fit.truth, fit.true_layout, spec["low"], spec["high"]
            )
    return tuple(found.values())
