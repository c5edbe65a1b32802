"""One check from a request in plain data to a verdict in plain data: what workers run."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import replace
from typing import Any

from moeviz.errors import SpecificationError
from moeviz.symbolic.catalogue import CATALOGUE
from moeviz.symbolic.certificates.report import Answer
from moeviz.symbolic.questions.claims import Claim, Verdict, decide
from moeviz.symbolic.reading.families import forget
from moeviz.symbolic.request.compose import compose


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


LIMIT = 10.0
"""Seconds for one test."""


def verdict_of(
    request: Mapping[str, Any],
    should_stop: Callable[[], bool] | None = None,
    limit: float = LIMIT,
) -> Verdict:
    """Decide what a request asks for; a test that takes longer than `limit` is undecided.

    Raises
    ------
    SpecificationError
        If the request is not well formed.
    Cancelled
        If `should_stop` said yes.
    """
    try:
        verdict = decide(claim_of(request), should_stop, limit)
    finally:
        if "compose" in request:
            # Claims share families; what somebody composed may be large and comes but once.
            forget()
    if verdict.condition or verdict.answer == Answer.UNDECIDED:
        return verdict
    # Why a test is undecided is no condition of a verdict that the other tests decide.
    decided = [test for test in verdict.tests if test.answer != Answer.UNDECIDED]
    where = dict.fromkeys(test.condition for test in decided if test.condition)
    return replace(verdict, condition="; ".join(where))


def run_check(
    request: Mapping[str, Any], should_stop: Callable[[], bool] | None = None
) -> dict[str, Any]:
    """Decide what a request asks for; return the verdict as plain data."""
    return verdict_of(request, should_stop).to_json()


def decide_all(names: Sequence[str], workers: int = 2) -> Generator[dict[str, Any], None, None]:
    """Decide claims of the catalogue in several processes; yield verdicts in their order.

    What waits is given up when the generator is closed. This process decides too, so that nobody
    waits for what another one must import first.

    Parameters
    ----------
    names : sequence of str
        Ids, or beginnings of ids; none for the whole catalogue.
    workers : int
        Processes, this one among them.

    Raises
    ------
    UnknownNameError
        If an id is not there.
    """
    ids = list(dict.fromkeys(c.id for name in names for c in CATALOGUE.find(name)))
    requests = [{"claim": name} for name in (ids or CATALOGUE.claims)]
    if workers == 1 or len(requests) < 4:
        yield from map(run_check, requests)
        return
    pool = ProcessPoolExecutor(workers - 1, multiprocessing.get_context("spawn"))
    try:
        first, *others = requests
        waiting = [pool.submit(run_check, request) for request in others]
        yield run_check(first)
        yield from _beside(others, waiting)
    finally:
        pool.shutdown(cancel_futures=True)


def _beside(
    requests: Sequence[Mapping[str, Any]], waiting: Sequence[Future[dict[str, Any]]]
) -> Generator[dict[str, Any], None, None]:
    """Yield verdicts in order; while one is not there, decide the next that nobody has begun."""
    mine: dict[int, dict[str, Any]] = {}
    begun = 0
    for number, future in enumerate(waiting):
        while number not in mine and not future.done() and begun < len(waiting):
            if waiting[begun].cancel():
                mine[begun] = run_check(requests[begun])
            begun += 1
        yield mine.pop(number) if number in mine else future.result()
