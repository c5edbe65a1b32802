"""The truths of a study, each once, with its reach and its best approximation."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from moeviz.charts.table import Table
from moeviz.charts.words import model_words, number, reach_words
from moeviz.model import OUTPUTS
from moeviz.study.fit_report import Approximation, FitReport
from moeviz.study.moves import Move
from moeviz.study.moving import leaves, move_of, moves
from moeviz.study.result import Result
from moeviz.text import signed

MOST_COLUMNS = 10
"""Parameters of an expert up to which a table has a row per expert."""

SAME = 1e-3
"""Share of the distance below which two searches count as ended alike."""

EDGE = (
    "The search for the best approximation ran out of steps, was stuck or ended on the edge of "
    "the parameter box, so the distances to it say little."
)


@dataclass(frozen=True)
class TruthPart:
    """One measure to show: a truth, or a best approximation.

    Attributes
    ----------
    title : str
        What it is.
    table : Table
        Its atoms.
    sentences : tuple of str
        What is known about it.
    warning : str
        What to beware of; empty for nothing.
    """

    title: str
    table: Table
    sentences: tuple[str, ...]
    warning: str = ""


def truth_parts(result: Result) -> list[TruthPart]:
    """Return what the truth tab shows; empty until the truths are known.

    Parameters
    ----------
    result : Result
        Fits that share a truth share a table; those
        that share a best approximation, because only the estimator differs, share that.
    """
    names = model_words(result.curves)
    density = OUTPUTS[result.spec["output"]].density
    truths: dict[str, list[FitReport]] = {}
    approximations: dict[str, TruthPart] = {}
    for fit in result.truth:
        truths.setdefault(repr((fit.columns, fit.truth)), []).append(fit)
        if fit.projection is not None:
            part = _approximation(names[fit.fit], fit.projection, density)
            approximations.setdefault(repr(part), part)
    fields = result.spec.fields
    move = move_of(fields) if leaves(fields) else None
    parts = [_truth(fits, names, move, moves(fields)) for fits in truths.values()]
    return parts + list(approximations.values())


def atoms_table(
    columns: Sequence[str], atoms: Sequence[Sequence[float | None]], word: str = "True expert"
) -> Table:
    """Return atoms as a table: a row per expert, or, where that is too wide, per parameter.

    Parameters
    ----------
    columns : sequence of str
        Names of an atom's parameters.
    atoms : sequence of sequence of float
        One row per atom.
    word : str
        Title of the column with the experts' names.
    """
    names = [f"Expert {place}" for place in range(1, len(atoms) + 1)]
    if len(columns) <= MOST_COLUMNS:
        cells = zip(columns, zip(*atoms, strict=True), strict=True)
        return {word: names, **{title: [signed(v) for v in column] for title, column in cells}}
    rows = zip(map(str, range(1, len(atoms) + 1)), atoms, strict=True)
    return {f"{word}:": list(columns), **{name: [signed(v) for v in atom] for name, atom in rows}}


def _truth(
    fits: Sequence[FitReport], names: Mapping[int, str], move: Move | None, many: bool
) -> TruthPart:
    words = dict.fromkeys(names[fit.fit] for fit in fits)
    said = dict.fromkeys(_known(names[fit.fit], fit) for fit in fits)
    limit = f"Limit of the truth{'s' if many else ''}"
    what = "True parameters" if move is None else limit
    return TruthPart(
        f"{what}: {'; '.join(words)}",
        atoms_table(fits[0].columns, fits[0].truth),
        (*said, *([f"{move.title} ({move.source})"] if move else [])),
    )


def _known(name: str, fit: FitReport) -> str:
    if fit.null is None:
        return f"{name}: reach {reach_words(fit)}."
    null, gauge = fit.null, fit.gauge
    verdict = (
        "gauge explains them all"
        if null == gauge
        else "along the others the matrix promises nothing"
    )
    known = f"null directions of the information matrix: {null}, of them gauge: {gauge}"
    return f"{name}: reach {reach_words(fit)}; {known}" + (f"; {verdict}." if null else ".")


def _approximation(name: str, found: Approximation, density: bool) -> TruthPart:
    where = "Hellinger distance" if density else "distance in L²"
    sentences = [
        f"Its {where} to the truth is {number(found.distance)}; another sample of inputs "
        f"moves its parameters by {number(found.error)}."
    ]
    worse = found.other_optima
    if worse is not None and math.isfinite(worse):
        sentences.append(
            f"The worst of several starts ended {number(worse)} further away."
            if worse > SAME * (found.distance or 0.0)
            else "All of several starts ended at that distance."
        )
    return TruthPart(
        f"Best approximation: {name}",
        atoms_table(found.columns, found.atoms, "Fitted expert"),
        tuple(sentences),
        "" if found.converged else EDGE,
    )
