"""Settings: what a claim about a curve depends on, read off a study's fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moeviz.study.models import PlannedFit, plain_gate
from moeviz.study.moving import atoms_of_truth, moves
from moeviz.theory.rates import Setting


def setting_of(fields: Mapping[str, Any], fit: PlannedFit) -> Setting:
    """Return what a claim about the curves of one fit of a study depends on.

    Parameters
    ----------
    fields : mapping
        A specification's fields.
    fit : PlannedFit
        One of its fits.
    """
    return Setting(
        router=fit.router,
        gate=plain_gate(fit.gate, fields, fields["atoms"]),
        expert=fit.expert,
        output=fields["output"],
        degree=fields["degree"],
        over_specified=fields["atoms"]
        != (fields["true_atoms"] if moves(fields) else atoms_of_truth(fields)),
        misspecified=fit.misspecified,
        sparse=fields["sparse"] > 0,
        flat=fields["flat"] > 0,
        jumps=fit.mixture.jumps(fields["atoms"]),
        moving=moves(fields),
        planted=fields["start_power"] > 0,
    )
