"""What was measured of a claimed rate: a kept result's curve, held against the claim."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from moeviz.charts.meter import judged
from moeviz.charts.notices import older_words
from moeviz.charts.reconciled import reconciled
from moeviz.charts.words import NO_SLOPE
from moeviz.model import EXPERTS
from moeviz.study import ESTIMATORS, FULL, PRESETS, Curve, PlannedCurve, Result, plan
from moeviz.study.kept import KeptResult, kept_names, kept_result
from moeviz.study.rate_cell import RateCell, asking_for
from moeviz.study.slope import Slope
from moeviz.theory import Reading
from moeviz.theory.rates import claimed_rate

CORES = 2
"""Of the machine on which results are kept."""

LONGEST_HOURS = 1.0
"""What a kept result may take there; beyond that it wants a GPU."""

NETWORKS = "networks"


@dataclass(frozen=True)
class Measured:
    """A measured slope, and where it was measured.

    Attributes
    ----------
    slope : Slope
    mark : str
        ``"yes"``, ``"no"`` or ``"unknown"``: whether it agrees with the claim, as the study's own
        meter has it.
    words : str
        What the meter says.
    note : str
        How claim and slope go together where they seem not to; or empty.
    preset, date, device : str
        The kept result that it is of.
    """

    slope: Slope
    mark: str
    words: str
    note: str
    preset: str
    date: str
    device: str


@dataclass(frozen=True)
class Elsewhere:
    """A curve of another kept study of which the same claim speaks.

    Attributes
    ----------
    preset : str
    words : str
        Of which expert, by which estimator and in which gauge it is.
    curve : mapping of str to str
        Fields, as text, by which a study of that preset asks for this curve alone.
    slope : Slope
    same_expert : bool
    """

    preset: str
    words: str
    curve: Mapping[str, str]
    slope: Slope
    same_expert: bool


def measured_cell(cell: RateCell) -> tuple[Measured | None, str]:
    """Return what the kept result of a cell's study shows, or why nothing does.

    Parameters
    ----------
    cell : RateCell

    Returns
    -------
    Measured or None
    str
        A sentence where there is nothing; otherwise empty.
    """
    kept = kept_result(cell.preset)
    if kept is None or not covers(kept.result, cell):
        return None, why_not_kept(cell)
    curve = next((curve for curve in kept.result.curves if cell.speaks_of(curve)), None)
    if curve is None or curve.slope is None:
        why = NO_SLOPE.get(curve.no_slope) if curve and curve.no_slope else None
        return None, f"Computed, but {why or 'too few of its fits have a loss'}."
    return _held_against(cell, kept, curve, curve.slope), ""


def _held_against(cell: RateCell, kept: KeptResult, curve: Curve, slope: Slope) -> Measured:
    report = next((one for one in kept.result.truth if one.fit == curve.fit), None)
    mark, words = judged(curve, report, kept.result)
    notes = (reconciled(cell.claim, curve, kept.result.curves), older_words(kept.result.spec))
    note = " ".join(filter(None, notes))
    return Measured(slope, mark, words, note, cell.preset, kept.date, kept.device)


def why_not_kept(cell: RateCell) -> str:
    """Say why nothing is kept of a cell's study: what it would cost.

    Parameters
    ----------
    cell : RateCell
    """
    preset = PRESETS[cell.preset]
    full = preset.at_size(FULL) if FULL in preset.sizes else {}
    spec = preset.build({**full, **preset.parse(cell.settings)})
    hours = sum(block.cost for block in plan(spec).blocks) / CORES / 3600
    if hours > LONGEST_HOURS:
        return f"Not measured: it needs a GPU, for two cores would take {hours:.1f} h."
    return f"Not measured yet: two cores would take about {max(1, round(60 * hours))} min."


def elsewhere(cell: RateCell) -> tuple[Elsewhere, ...]:
    """Return what other kept studies show of a claim: a curve of its expert, and of another.

    Parameters
    ----------
    cell : RateCell
    """
    found: dict[bool, Elsewhere] = {}
    for name in kept_names():
        if name != cell.preset:
            for one in _said_by(name, cell):
                found.setdefault(one.same_expert, one)
    return tuple(found[same] for same in (True, False) if same in found)


def _said_by(name: str, cell: RateCell) -> Iterator[Elsewhere]:
    kept = kept_result(name)
    for curve in kept.result.curves if kept else ():
        if curve.slope and alike(cell.curve, curve):
            same = curve.expert == cell.curve.expert
            yield Elsewhere(name, study_words(curve), asking_for(curve), curve.slope, same)


def covers(result: Result, cell: RateCell) -> bool:
    """Return whether a result of the cell's preset measures the cell's claim.

    Parameters
    ----------
    result : Result
        It may compare more routers, gates or experts
        than the cell asks for, and read more losses.
    cell : RateCell
    """
    fields = result.spec.fields
    preset = PRESETS[cell.preset]
    for name, value in preset.parse(cell.settings).items():
        if isinstance(value, tuple) and not all(one in fields[name] for one in value):
            return False
        if not isinstance(value, tuple) and fields[name] != value:
            return False
    return True


def alike(curve: PlannedCurve, other: PlannedCurve) -> bool:
    """Return whether a curve of another study is one that the same claim speaks of.

    Parameters
    ----------
    curve : PlannedCurve
        Of the study that a claim names.
    other : PlannedCurve
        Of another study.

    Notes
    -----
    It must be of fits. Router, gate, output, loss, setting and regime must agree; data, sizes,
    starts, estimator and gauge need not, nor whether some true gates are zero where the claim does
    not depend on it.
    A network may stand for another one.
    """
    if other.reading.loss != curve.reading.loss or not other.trained:
        return False
    mine, theirs = curve.setting, other.setting
    if kind_of(curve.expert) != kind_of(other.expert):
        return False
    # In the papers' own gauge: their claims are what must not depend on zero gates.
    reading = Reading(curve.reading.loss, "offset")
    claims = {claimed_rate(replace(mine, sparse=sparse), reading) for sparse in (False, True)}
    sparse = theirs.sparse if len(claims) == 1 else mine.sparse
    return replace(mine, sparse=sparse, expert=theirs.expert) == theirs


def kind_of(expert: str) -> str:
    """Return the kind of a registered expert of a regression: linear, polynomial or a network.

    Parameters
    ----------
    expert : str
    """
    return expert if expert in ("linear", "polynomial") else NETWORKS


def study_words(curve: PlannedCurve) -> str:
    """Say of which expert, by which estimator and in which gauge a curve is.

    Parameters
    ----------
    curve : PlannedCurve
    """
    estimator = ESTIMATORS[curve.estimator].title
    return f"{EXPERTS[curve.expert].title}, {estimator}, {curve.gauge_title}"
