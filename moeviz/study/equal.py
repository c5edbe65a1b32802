"""Parameters of an expert that give the same function: what readings say of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from moeviz.model import OUTPUTS, Expert, make_expert
from moeviz.model.symmetry import Symmetry
from moeviz.study.models import constants_of
from moeviz.study.summary import Losses
from moeviz.theory import GAUGES, LOSSES, Reading

LARGEST_DENOMINATOR = 12
SHOWN = 4
"""Symmetries that a sentence spells out; of more it says how many there are."""

TIMES = 10.0
"""A loss of so many times the predicted one is not the first order's."""

DEVIATIONS = 3.0
"""A mean squared residual within so many standard deviations of the noise is the noise."""


def expert_of(fields: Mapping[str, Any], name: str) -> Expert:
    """Return an expert with the constants of a study's fields.

    Parameters
    ----------
    fields : mapping
        A specification's fields.
    name : str
        The expert's name in the registry.
    """
    return make_expert(name, **constants_of(fields))


def modulo_symmetries(expert: Expert, reading: Reading) -> bool:
    """Return whether a reading allows for symmetries beyond signs and orders.

    Parameters
    ----------
    expert : Expert
    reading : Reading
    """
    return _moves_experts(reading) and not expert.symmetries.plain


def _moves_experts(reading: Reading) -> bool:
    """Return whether experts are moved to the nearest of their equals before a loss is read."""
    if reading.of_function:
        return False
    return GAUGES[reading.gauge].complete and not LOSSES[reading.loss].sees_gauge


def gauge_title(expert: Expert, reading: Reading) -> str:
    """Return a reading's gauge in words, the symmetries that it allows for included.

    Parameters
    ----------
    expert : Expert
    reading : Reading
    """
    title = GAUGES[reading.gauge].title
    return (
        f"{title}, modulo the expert's symmetries" if modulo_symmetries(expert, reading) else title
    )


def symmetry_words(expert: Expert) -> list[str]:
    """Return an expert's symmetries as maps of its predictors and scalars.

    Parameters
    ----------
    expert : Expert

    Returns
    -------
    list of str
        Such as ``t → π − t``; a period as ``t → t + 2π``.
    """
    heads = ["t"] if expert.heads == 1 else [f"t{i + 1}" for i in range(expert.heads)]
    names = [*heads, *(f"s{i + 1}" for i in range(expert.scalars))]
    words = [_map_words(one, names, expert.heads) for one in expert.symmetries.maps]
    for name, period in zip(names, expert.symmetries.periods, strict=False):
        if period:
            words.append(f"{name} → {name} + {_constant(period)}")
    return words


def _map_words(one: Symmetry, names: Sequence[str], heads: int) -> str:
    shift = one.shift or (0.0,) * len(names)
    said = []
    for place, name in enumerate(names):
        inner = place < heads
        row = one.heads[place] if inner else one.scalars[place - heads]
        own = names[:heads] if inner else names[heads:]
        terms = [(entry, own[at]) for at, entry in enumerate(row) if entry]
        terms += [
            (value, f"{names[heads + k]}·{names[column]}")
            for k, at, column, value in one.by_scalar
            if inner and at == place
        ]
        image = _sum_words(terms, shift[place])
        if image != name:
            said.append(f"{name} → {image}")
    return ", ".join(said)


def _sum_words(terms: Sequence[tuple[float, str]], constant: float) -> str:
    """Write a linear combination, terms with a plus first, such as ``π − t``."""
    parts = [
        (entry > 0, name if abs(entry) == 1 else f"{abs(entry):g}·{name}") for entry, name in terms
    ]
    if constant:
        parts.append((constant > 0, _constant(abs(constant))))
    ordered = sorted(parts, key=lambda part: not part[0])
    text = "".join((" + " if plus else " − ") + part for plus, part in ordered)
    return text.removeprefix(" + ").replace(" − ", "−", 1) if text[1] == "−" else text[3:]


def _constant(value: float) -> str:
    """Write a number, as a multiple of pi where it is one."""
    turns = Fraction(value / math.pi).limit_denominator(LARGEST_DENOMINATOR)
    if turns and abs(value / math.pi - turns) < 1e-9:
        above = "π" if turns.numerator == 1 else f"{turns.numerator}π"
        return above if turns.denominator == 1 else f"{above}/{turns.denominator}"
    return f"{value:.4g}"


def function_alone(
    fields: Mapping[str, Any],
    n: Sequence[int],
    residual: Sequence[Losses],
    loss: Sequence[Losses],
    constant: float | None,
) -> list[int] | None:
    """Count, at each sample size, the fits that have learnt the function and not the parameters.

    Parameters
    ----------
    fields : mapping
        A specification's fields.
    n : sequence of int
        Sample sizes.
    residual, loss : sequence of sequence of float
        Each fit's mean squared residual and loss, by sample size.
    constant : float or None
        The information predicts this over the root of n.

    Returns
    -------
    list of int or None
        None where that cannot be told: of a density, or where nothing is predicted.

    Notes
    -----
    The mean square of n normal errors has mean sigma^2 and deviation sigma^2 sqrt(2 / n). A fit
    whose residuals lie within that has the function.
    """
    if constant is None or OUTPUTS[fields["output"]].density:
        return None
    return [
        sum(
            r is not None
            and value is not None
            and abs(r / fields["noise"] ** 2 - 1.0) <= DEVIATIONS * math.sqrt(2.0 / size)
            and not value <= TIMES * constant / math.sqrt(size)
            for r, value in zip(residuals, values, strict=True)
        )
        for size, residuals, values in zip(n, residual, loss, strict=True)
    ]


def equal_words(
    fields: Mapping[str, Any],
    expert_name: str,
    reading: Reading,
    n: Sequence[int],
    loss: Sequence[Losses],
    alone: Sequence[int] | None,
) -> str:
    """Say how a curve's reading stands to parameters that give the same function.

    Parameters
    ----------
    fields : mapping
        A specification's fields.
    expert_name : str
    reading : Reading
    n, loss : sequence
        As for :func:`function_alone`.
    alone : sequence of int or None
        What it returns.

    Returns
    -------
    str
        Sentences, each after a space; empty where there is nothing to say.
    """
    if reading.of_function:
        return ""
    said = _symmetry_sentence(expert_of(fields, expert_name), reading, fields["start"] == "random")
    if alone and alone[-1]:
        said += (
            f" At n = {n[-1]:,} the function is learnt and the parameters are not in {alone[-1]} "
            f"of {len(loss[-1])} fits: their residuals are the noise, their loss is over ten times "
            "the predicted one. Other parameters give the same function, or nearly so; the "
            "distance in L² tells what was learnt."
        )
    return said


def _symmetry_sentence(expert: Expert, reading: Reading, far_starts: bool) -> str:
    """Say which symmetries a reading allows for, or that it does not and fits may end there."""
    words = symmetry_words(expert)
    if not words:
        return ""
    more = f" and {len(words) - SHOWN} more" if len(words) > SHOWN else ""
    spelt = "; ".join(words[:SHOWN]) + more
    if modulo_symmetries(expert, reading):
        return f" Read modulo the expert's own symmetries: {spelt}."
    if far_starts and not _moves_experts(reading):
        return f" This reading does not allow for the expert's own symmetries: {spelt}."
    return ""
