"""Links of the checker's page: from a claim or a composed check to an address and back.

An address says ``claim`` with ``v`` (the schema), or ``compose=1`` with ``v`` and the fields of
the form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moeviz.errors import SpecificationError, UnknownNameError
from moeviz.symbolic.catalogue import CATALOGUE
from moeviz.ui.checker.fields import read_selection, write_selection
from moeviz.ui.lab.link import short

CHECK_SCHEMA = 1
"""Of the page's links; it moves when a field that a link leaves out means something else."""


@dataclass(frozen=True)
class CheckRequest:
    """What is to be decided.

    Attributes
    ----------
    claim : str
        The id of a claim in the catalogue; empty for a composed check.
    compose : dict or None
        The composed check's selection.
    """

    claim: str = ""
    compose: dict[str, Any] | None = None

    def plain(self) -> dict[str, Any]:
        """Return the request as :func:`moeviz.symbolic.request.answer.run_check` takes it."""
        return {"claim": self.claim} if self.compose is None else {"compose": self.compose}


def read_check_link(params: Mapping[str, str]) -> CheckRequest:
    """Return what an address asks for.

    Parameters
    ----------
    params : mapping of str to str
        The query parameters.

    Raises
    ------
    SpecificationError
        If anything in it is not understood.
    """
    version = params.get("v", str(CHECK_SCHEMA))
    if version != str(CHECK_SCHEMA):
        raise SpecificationError(
            f"Expected a link of version {CHECK_SCHEMA}, but this one is of version "
            f"'{short(version)}'; choose the claim again."
        )
    rest = {name: text for name, text in params.items() if name not in ("v", "claim", "compose")}
    if params.get("compose", "0") != "0":
        return CheckRequest(compose=read_selection(rest))
    if rest:
        raise SpecificationError(
            "Expected a link to a claim to have no other fields, but got "
            f"'{short(next(iter(rest)))}'; leave it out."
        )
    name = params.get("claim", next(iter(CATALOGUE.claims)))
    if name in CATALOGUE.claims:
        return CheckRequest(claim=name)
    try:
        # A claim with cases: the first of them.
        return CheckRequest(claim=CATALOGUE.find(name)[0].id)
    except UnknownNameError:
        raise SpecificationError(
            f"Expected the id of a claim such as {next(iter(CATALOGUE.claims))}, but got "
            f"'{short(name)}'; choose one from the list."
        ) from None


def write_check_link(request: CheckRequest) -> dict[str, str]:
    """Return the query parameters that restore a screen.

    Parameters
    ----------
    request : CheckRequest
    """
    if request.compose is None:
        return {"claim": request.claim, "v": str(CHECK_SCHEMA)}
    return {"compose": "1", "v": str(CHECK_SCHEMA), **write_selection(request.compose)}
