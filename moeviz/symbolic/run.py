"""One check from a request in plain data to a verdict in plain data: what workers run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from moeviz.errors import SpecificationError
from moeviz.symbolic.catalogue import CATALOGUE
from moeviz.symbolic.claims import Claim, Verdict, decide
from moeviz.symbolic.compose import compose


def claim_of(request: Mapping[str, Any]) -> Claim:
    """Return the claim that a request asks for.

    Parameters
    ----------
    request : mapping
        ``{"claim": id}`` or ``{"compose": selection}``.

    Raises
    ------
    SpecificationError
        If it asks for neither, or for something that is not there.
    """
    if set(request) == {"claim"}:
        name = str(request["claim"])
        found = CATALOGUE.claims.get(name)
        return found if found is not None else CATALOGUE.find(name)[0]
    if set(request) == {"compose"} and isinstance(request["compose"], Mapping):
        return compose(request["compose"])
    raise SpecificationError("Expected {'claim': id} or {'compose': {...}} as a request.")


def verdict_of(
    request: Mapping[str, Any], should_stop: Callable[[], bool] | None = None
) -> Verdict:
    """Decide what a request asks for.

    Raises
    ------
    SpecificationError
        If the request is not well formed.
    Cancelled
        If `should_stop` said yes.
    """
    return decide(claim_of(request), should_stop)


def run_check(
    request: Mapping[str, Any], should_stop: Callable[[], bool] | None = None
) -> dict[str, Any]:
    """Decide what a request asks for; return the verdict as plain data."""
    return verdict_of(request, should_stop).to_json()
