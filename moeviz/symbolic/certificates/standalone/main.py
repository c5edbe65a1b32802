"""The program: every certificate made again, one line for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from moeviz.symbolic.certificates.standalone.checks import (
    constants,
    determinant,
    dual,
    identity,
    relation,
    value,
)
from moeviz.symbolic.certificates.standalone.combinations import NotReproducedError, Source
from moeviz.symbolic.certificates.standalone.sequences import counter_sequence


def _relation(source: Source) -> str:
    return relation(source, source.data["members"])


def _determinant(source: Source) -> str:
    words = determinant(source)
    gauge = source.data.get("gauge", [])
    how = {relation(source, members) for members in gauge}
    return f"{words}; {len(gauge)} directions of the gauge, {max(how, key=len)}" if how else words


KINDS: Mapping[str, Callable[[Source], str]] = {
    "relation": _relation,
    "determinant": _determinant,
    "counter-sequence": counter_sequence,
    "dual matrix": dual,
    "identity": identity,
    "value": value,
    "constants": constants,
}


def reproduce(certificate: Mapping[str, Any]) -> tuple[bool, str]:
    """Make one certificate again.

    Returns
    -------
    (bool, str)
        Whether it is as it says, and the numbers.
    """
    try:
        return True, KINDS[certificate["kind"]](Source(certificate))
    except NotReproducedError as error:
        return False, str(error)
    except (ValueError, KeyError, IndexError, TypeError, ZeroDivisionError, StopIteration) as error:
        return False, f"the certificate cannot be read: {type(error).__name__} {error}"


def main(certificates: Sequence[Mapping[str, Any]]) -> int:
    """Print one line for each certificate; return 0 if all are reproduced."""
    failed = 0
    for count, certificate in enumerate(certificates, start=1):
        good, words = reproduce(certificate)
        failed += not good
        verdict = "reproduced" if good else "NOT reproduced"
        print(f"{count}. {certificate['title']} [{certificate['kind']}]: {verdict}: {words}")
    if not certificates:
        print("There is no certificate to reproduce: the check is undecided.")
    return 1 if failed or not certificates else 0
