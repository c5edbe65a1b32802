"""What came out of a comparison of sparse networks, in words; and what papers print beside it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from moeviz.charts.papers import table_name
from moeviz.charts.training_words import sentence
from moeviz.text import listed, signed
from moeviz.train.build import router_of
from moeviz.train.measure import ACCURACY, FINAL
from moeviz.train.paired import BETTER, CANNOT_TELL, Difference
from moeviz.train.presets import tables_of
from moeviz.train.result import TrainingResult
from moeviz.train.routers import ROUTERS
from moeviz.train.tasks import TASKS

DIGITS_OF = 3
"""Behind the point, of losses and of their differences."""


def summary(result: TrainingResult, screen: dict[str, Any]) -> str:
    """Return a sentence or two on what came out, as far as it has.

    Parameters
    ----------
    result : TrainingResult
    screen : dict
        With ``methods`` and ``finals``.
    """
    methods = screen["methods"]
    best = _best(result)
    if not result.complete or len(methods) < 2 or not np.isfinite(result.final(best)).any():
        return _latest(screen) or "Nothing has been measured yet."
    name = methods[best]["title"]
    value = screen["finals"][best]
    verdicts = {
        other: result.difference(best, other) for other in range(len(methods)) if other != best
    }
    surely = [methods[at]["title"] for at, each in verdicts.items() if each.says == BETTER]
    open_ = [methods[at]["title"] for at, each in verdicts.items() if each.says == CANNOT_TELL]
    seeds = int(np.isfinite(result.final(best)).sum())
    ends, tells = f"the best mean of {seeds} seeds", "these seeds"
    if seeds == 1:
        ends, tells = "the best of one seed each", "one seed"
    text = f"{name} ends at {value} {_shown_unit(result)}, {ends}"
    if surely:
        text += f"; better than {listed(surely)}"
    if open_:
        text += f"; whether it beats {listed(open_)} {tells} cannot tell"
    return f"{text}."


def _latest(screen: dict[str, Any]) -> str:
    """Say where the first router stands that has come anywhere."""
    for each in screen["diagnostics"]:
        if each["name"] != "agreement":
            continue
        for method, layers in enumerate(each["methods"]):
            means = layers[0]["mean"] if layers else []
            there = [at for at, value in enumerate(means) if value is not None]
            if there:
                return sentence(screen, method, 0, there[-1]).replace("*", "")
    return ""


def _shown_unit(result: TrainingResult) -> str:
    return "of digits" if result.measure.what == ACCURACY else result.measure.unit


def _best(result: TrainingResult) -> int:
    means = [float(result.final(at).mean()) for at in range(len(result.spec.methods))]
    sign = 1.0 if result.measure.lower_is_better else -1.0
    keyed = [sign * mean if math.isfinite(mean) else math.inf for mean in means]
    return keyed.index(min(keyed))


def asked_words(result: TrainingResult) -> str:
    """Say why final numbers are not the curves' last: of what they are, and of which step.

    Parameters
    ----------
    result : TrainingResult
    """
    said = []
    for records in result.records.values():
        final = records[-1].get("final") if records else None
        if final and final["inputs"] > records[-1]["inputs"]:
            task = TASKS[result.spec["task"]]
            asked = task.input.format(tokens=task.tokens(result.spec.fields))
            said.append(
                f"Final numbers are of all {final['inputs']:,} {asked} that are held out, curves "
                f"of the same {records[-1]['inputs']:,} of them at every step: so the two differ."
            )
            break
    if result.measure.what == ACCURACY:
        said.append(
            "A final accuracy is that of the step at which the turns that are learned were told "
            "best, often before the last."
        )
    return " ".join(said)


def untaught_words(result: TrainingResult) -> str:
    """Say whose router the task does not reach: one expert is chosen, of weight 1 in any case.

    Parameters
    ----------
    result : TrainingResult
    """
    untaught = [
        method.title
        for method in result.spec.methods
        if not method.dense
        and ROUTERS[method.name].competes == "never"
        and not router_of(method).taught(method.fields["top"])
    ]
    if not untaught:
        return ""
    own = "its router chooses" if len(untaught) == 1 else "their routers choose"
    top = result.spec["top"]
    return (
        f"{listed(untaught)} with K = {top}: {own} one expert, whose weight is 1 whatever its "
        "score is. So the task never reaches that choice, and only the balance loss moves it; with "
        "a larger K it does."
    )


def printed_beside(result: TrainingResult) -> dict[str, Any] | None:
    """Return what a paper prints of the methods, from the first table that decides as we do.

    Parameters
    ----------
    result : TrainingResult

    Returns
    -------
    dict or None
        ``title`` of the column, ``note``, ``lower`` (whether a lower number is better), and
        ``values``, for each method a number or None; None where no table stands beside it.
    """
    spec = result.spec
    for table in tables_of(spec):
        for at, column in enumerate(table.columns):
            if column.reads != FINAL:
                continue
            values = [
                next((row.values[at] for row in table.rows if row.is_of(method)), None)
                for method in spec.methods
            ]
            if any(value is not None for value in values):
                unit = f" ({column.unit})" if column.unit and column.unit != "%" else ""
                return {
                    "title": f"paper: {column.title}",
                    "note": f"{table_name(table.paper, table.number)}, {column.title}{unit}, of "
                    f"{table.scale}. "
                    "Classroom size is not the paper's.",
                    "lower": column.lower_is_better,
                    "values": values,
                }
    return None


def final_words(result: TrainingResult, method: int, percent: bool) -> str:
    """Write a method's final measure, the mean over seeds; a dash where it has not ended.

    Parameters
    ----------
    result : TrainingResult
    method : int
    percent : bool
        Whether it is told in percent.
    """
    values = result.final(method)
    there = values[np.isfinite(values)]
    if not there.size:
        return "–"
    mean = float(there.mean())
    return f"{100 * mean:.1f} %" if percent else f"{mean:.{DIGITS_OF}f}"


def differences(result: TrainingResult, percent: bool) -> list[list[dict[str, Any] | None]]:
    """Return every paired difference in words: at b, a what a is against b; None against itself.

    Parameters
    ----------
    result : TrainingResult
    percent : bool
        Whether they are told in points of percent.
    """
    count = range(len(result.spec.methods))
    return [
        [
            None if one == other else difference_words(result.difference(one, other), percent)
            for one in count
        ]
        for other in count
    ]


def difference_words(found: Difference, percent: bool = False) -> dict[str, Any]:
    """Return a paired difference in words.

    Parameters
    ----------
    found : Difference
    percent : bool
        Whether it is one of shares, told in points of percent.

    Returns
    -------
    dict
        ``words``, such as "−0.05 (−0.11 to 0.01)"; ``says``; ``pairs``.
    """
    factor, places = (100.0, 1) if percent else (1.0, DIGITS_OF)
    mean, low, high = (signed(factor * x, places) for x in (found.mean, found.low, found.high))
    if found.pairs == 0:
        words = "–"
    elif found.pairs == 1:
        words = f"{mean}, one pair of seeds"
    else:
        words = f"{mean} ({low} to {high})"
    return {"words": words, "says": found.says, "pairs": found.pairs}
