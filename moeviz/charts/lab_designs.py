"""Designs of a study of one's own: the models that make its data, at the truths that it has."""

from __future__ import annotations

from functools import lru_cache
from threading import Lock

import torch

from moeviz.charts.designs_seen import Seen, parts_words
from moeviz.errors import LimitError
from moeviz.study import Result, Specification
from moeviz.study.kept import kept_result
from moeviz.study.models import PlannedFit, planned_fits
from moeviz.study.run_time import search_seconds
from moeviz.study.scenario import resolve_scenario, same_truths
from moeviz.theory.sight import Setup

MOST_WAIT = 1.0
"""Estimated seconds of a search for a truth for which a page waits."""

MOST_PARAMETERS = 1500
"""Of a model whose information is found while a page waits; the time grows with the cube."""

_Truths = tuple[tuple[int, tuple[float, ...]], ...]

_searching = Lock()


def lab_designs(spec: Specification, known: Result | None = None) -> tuple[Seen, ...]:
    """Return the designs of a study, each model that makes data once.

    The truth is what a result says of it, the study's own or the kept one of its preset; where
    neither has it, it is searched for as the study would.

    Parameters
    ----------
    spec : Specification
    known : Result, optional
        What is known of the study itself.

    Raises
    ------
    LimitError
        If a model has too many parameters, or the search would take longer than a page waits.
    """
    kept = kept_result(spec.name)
    for result in (known, None if kept is None else kept.result):
        if result is not None and result.truth and same_truths(spec, result.spec):
            said = tuple((fit.fit, _flat(fit.truth)) for fit in result.truth)
            return _designs(spec, said)
    return _designs(spec, None)


@lru_cache(maxsize=64)
def _designs(spec: Specification, said: _Truths | None) -> tuple[Seen, ...]:
    fields = spec.fields
    planned = planned_fits(fields)
    for fit in planned:
        size = fit.source.layout(fields["true_atoms"], fields["dimension"]).size
        if size > MOST_PARAMETERS:
            raise LimitError(
                f"Expected a model of at most {MOST_PARAMETERS:,} parameters, whose information a "
                f"page can wait for, but got {size:,}; take fewer inputs or experts."
            )
    truths = dict(_searched(spec, planned) if said is None else said)
    found: dict[object, Seen] = {}
    for fit in planned:
        if fit.source in found or fit.index not in truths:
            continue
        layout = fit.source.layout(fields["true_atoms"], fields["dimension"])
        theta = torch.tensor(truths[fit.index], dtype=torch.float64)
        setup = Setup(fit.source, theta, layout, fields["low"], fields["high"])
        title = f"the lab’s model: {parts_words(fit.source)}"
        found[fit.source] = Seen(f"lab.{fit.index}", title, spec.name, setup, study=spec)
    return tuple(found.values())


def _searched(spec: Specification, planned: tuple[PlannedFit, ...]) -> _Truths:
    seconds = search_seconds(spec.fields, planned)
    if seconds > MOST_WAIT:
        raise LimitError(
            f"Expected a truth that is found in about a second, but the search among "
            f"{spec['candidates']} candidates takes longer; run the study in the lab first and "
            "come back from there, or take fewer candidates."
        )
    with _searching:  # One at a time: a class that asks for as many truths shares one core.
        fits = resolve_scenario(spec).fits
    return tuple((fit.index, tuple(fit.truth.tolist())) for fit in fits)


def _flat(atoms: object) -> tuple[float, ...]:
    return tuple(torch.tensor(atoms, dtype=torch.float64).flatten().tolist())
