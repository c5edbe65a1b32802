"""What is claimed of a study's curves, read off its fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moeviz.study.fields import OWN
from moeviz.study.models import model_of, own_gate, plain_gate
from moeviz.theory.rates import Setting


def setting_of(fields: Mapping[str, Any], router: str, gate: str, expert: str) -> Setting:
    """Return what a claim about one curve of a study depends on.

    Parameters
    ----------
    fields : mapping
        A specification's fields.
    router, gate, expert : str
        The curve's names in the registries.
    """
    own_router = fields["data_router"] in (OWN, router)
    return Setting(
        router=router,
        gate=plain_gate(gate, fields, fields["atoms"]),
        expert=expert,
        output=fields["output"],
        degree=fields["degree"],
        over_specified=fields["atoms"] != fields["true_atoms"],
        misspecified=not (own_router and own_gate(gate, fields)),
        sparse=fields["sparse"] > 0,
        flat=fields["flat"] > 0,
        jumps=model_of(fields, router, gate, expert).jumps(fields["atoms"]),
    )
