"""A comparison of routers as text for people."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from moeviz.text import signed
from moeviz.train.compared import compared, sizes
from moeviz.train.measure import TRUE_GATE
from moeviz.train.paired import Difference
from moeviz.train.presets import PRESETS, tables_of
from moeviz.train.tasks import TASKS

if TYPE_CHECKING:
    from moeviz.train.result import TrainingResult

DIGITS = 4


def result_text(result: TrainingResult) -> str:
    """Describe a comparison: final numbers, paired differences, and the papers' orderings.

    Parameters
    ----------
    result : TrainingResult
    """
    spec, measure = result.spec, result.measure
    preset = PRESETS.get(spec.name)
    lines = [
        f"{spec.name}  {spec.hash}  {result.seconds:.1f} s on {result.device}",
        *([preset.asks] if preset is not None else []),
        f"{measure.name}, {measure.unit}; "
        f"{'lower' if measure.lower_is_better else 'higher'} is better; "
        f"means of {spec['seeds']} seeds, paired differences with 95 % intervals",
    ]
    simple = TASKS[spec["task"]].simple
    if result.baseline is not None:
        lines.append(f"{simple}: {result.baseline:.{DIGITS}f}")
    first = spec.methods[0].title
    for at, method in enumerate(spec.methods):
        final = result.final(at)
        own = ", ".join(signed(value, DIGITS) for value in final.tolist())
        lines += ["", f"{method.title}: {signed(float(final.mean()), DIGITS)} (seeds: {own})"]
        if at:
            lines.append(f"  beside {first}: {_difference(result.difference(at, 0))}")
        beside = result.beside_baseline(at)
        if beside is not None:
            lines.append(f"  beside {simple}: {_difference(beside)}")
        if result.known and not method.dense:
            lines.append(f"  true experts found: {_truth(result, at)}")
        learned, asked = result.speed(at), result.speed(at, "asked_per_second")
        lines.append(f"  tokens a second: {_speed(learned)} learned, {_speed(asked)} answered")
        if result.diverged(at):
            lines.append(f"  {result.diverged(at)} of its runs came to no number")
    for table in tables_of(spec):
        found = compared(result, table)
        if found:
            lines += ["", f"{table.source}: {table.title}"]
            lines += [f"  {one.words}" for one in found]
            lines += [f"  {table.note}"] if table.note else []
    tables = tables_of(spec)
    if tables:
        lines += ["", sizes(result, tables[0])]
    return "\n".join(lines)


def _difference(difference: Difference) -> str:
    lost = f"; {difference.lost} pairs are missing" if difference.lost else ""
    if difference.pairs < 2:
        return f"cannot tell from {difference.pairs} pairs{lost}"
    mean, low, high = (
        signed(value, DIGITS) for value in (difference.mean, difference.low, difference.high)
    )
    return f"{mean} ({low} to {high}), {difference.says}{lost}"


def _truth(result: TrainingResult, at: int) -> str:
    found = signed(float(result.values(at, TRUE_GATE).mean()), DIGITS)
    if not at:
        return found
    beside = result.difference(at, 0, what=TRUE_GATE, lower_is_better=False)
    return f"{found}; beside {result.spec.methods[0].title}: {_difference(beside)}"


def _speed(value: float) -> str:
    return f"{value:,.0f}" if math.isfinite(value) else "-"
