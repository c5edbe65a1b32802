"""Links of the checker: a claim of the papers, or a check of one's own.

An address says ``claim``, or ``compose=1`` and the fields of the form. ``live=1`` asks for the
server's own verdict on a claim in place of ours, ``family`` for one of its exceptions. ``paper``
and ``only`` say what the map shows: one paper's claims, or those of one kind.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from moeviz.charts.claims import KINDS
from moeviz.charts.papers import PAPERS
from moeviz.errors import SpecificationError, UnknownNameError
from moeviz.fields import Value
from moeviz.symbolic.catalogue import CATALOGUE
from moeviz.symbolic.request.compose import relation_latex
from moeviz.symbolic.request.selection import CHECK_FIELDS, asked, validated
from moeviz.ui.shared.link import Key, Page, Request, lost_plus, short
from moeviz.ui.shared.readers import flag, one_of, when_on

CLAIM, OWN = "claim", "own"
"""The page's forms: a claim of the papers, and a check of one's own, which alone has fields."""

RELATION = "relation"
"""The field that is a text of several lines."""

FIRST_CLAIM = "C1.d2"
"""What an address that names nothing opens: the cosine router's homogeneity."""

_MOST_FAMILIES = 99


def _claim(name: str) -> str:
    if name in CATALOGUE.claims:
        return name
    try:
        # A claim with cases: the first of them.
        return CATALOGUE.find(name)[0].id
    except UnknownNameError:
        raise SpecificationError(
            f"Expected the id of a claim such as {FIRST_CLAIM}, but got '{short(name)}'; choose "
            "one from the list."
        ) from None


def _switch(name: str) -> Key:
    """Return a key that is on or off."""
    return Key(name, flag(name), when_on, False)


def _family(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,2}", text):
        raise SpecificationError(
            f"Expected the number of a family from 0 to {_MOST_FAMILIES}, but got "
            f"'{short(text)}'; choose one from the claim's table."
        )
    return int(text)


def _one_of(name: str, known: Collection[str]) -> Key:
    """Return a key that is one of some names, or is left out."""
    read = one_of(name, known, "leave it out of the link")
    return Key(name, read, lambda value: value)


def _check(form: str, values: Mapping[str, Value]) -> None:
    if form == OWN:
        validated(values)
        if CHECK_FIELDS[RELATION].applies(values):
            _check_relation(values)


def _check_relation(values: Mapping[str, Value]) -> None:
    """Refuse a relation that lacks nothing but pluses; the form says what else is wrong with it."""
    text = str(values[RELATION])
    try:
        relation_latex(values, text)
    except SpecificationError as error:
        lines = (line.partition(":") for line in text.splitlines())
        with_plus = [
            "".join(("+".join(first.split()), colon, rest)) for first, colon, rest in lines
        ]
        try:
            relation_latex(values, "\n".join(with_plus))
        except SpecificationError:
            return
        raise lost_plus(error) from None


CHECKER = Page(
    name="checker",
    version=1,
    keys=(
        Key("claim", _claim, lambda claim: claim),
        _switch("compose"),
        _switch("live"),
        Key("family", _family, lambda number: str(number) if number else None, 0),
        _one_of("paper", PAPERS),
        _one_of("only", KINDS),
    ),
    table=CHECK_FIELDS,
    form=lambda own: OWN if own["compose"] else CLAIM,
    fields_of=lambda form: tuple(CHECK_FIELDS.values()) if form == OWN else (),
    check=_check,
)
"""What the checker's links may say."""


_NOTHING: Mapping[str, Any] = {key.name: key.default for key in CHECKER.keys}


def request_of(claim: str, live: bool = False, family: int = 0) -> Request:
    """Return the request for a claim.

    Parameters
    ----------
    claim : str
        Its id.
    live : bool
        Whether this server's own verdict is asked for.
    family : int
        Which of its exceptions is open.
    """
    return Request({**_NOTHING, "claim": claim, "live": live, "family": family}, {})


def composed(values: dict[str, Value]) -> Request:
    """Return the request for a check of one's own.

    Parameters
    ----------
    values : dict
        Of all fields.
    """
    return Request({**_NOTHING, "compose": True}, values)


def plain_request(request: Request) -> dict[str, Any]:
    """Return a request as :func:`moeviz.symbolic.request.answer.run_check` takes it.

    Parameters
    ----------
    request : Request
    """
    if request.own["compose"]:
        return {"compose": asked(request.values)}
    return {"claim": request.own["claim"] or FIRST_CLAIM}
