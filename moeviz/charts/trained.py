"""Inside a trained network, as pictures and words: its gauge, and a plane through a router."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from moeviz.charts.checker import superscript
from moeviz.charts.palette import Theme
from moeviz.charts.training_experts import expert_looks
from moeviz.charts.walks import power_of_ten
from moeviz.text import signed
from moeviz.train.gauge import LARGEST, LEAST, LayerGauge
from moeviz.train.slice import Slice

FACTOR = "factor"
"""The handle that stretches a vector; it moves along the factor's logarithm to base 2."""

ROUNDING = 1e-10
"""A loss that moves by no more has not moved: all else is rounding of double precision."""

LOWEST = 1e-6
"""The least height of the plot, in the loss's unit: below it there is only rounding."""

ROOM, FLATTEST = 1.08, 0.6
"""Of a plane's picture: its reach beside that of the tokens, and its least height over width."""

_TICKS = ((0.25, "¼"), (0.5, "½"), (1.0, "as learned"), (2.0, "2"), (4.0, "4 times"))


@dataclass(frozen=True)
class Stretched:
    """One method's layer whose vector is stretched.

    Attributes
    ----------
    name : str
        Of the method.
    gauge : LayerGauge
    unit : str
        Of the loss.
    """

    name: str
    gauge: LayerGauge
    unit: str


def stretch_document(shown: Sequence[Stretched]) -> dict[str, Any]:
    """Return the document of the loss against the factor of a vector, for the scene ``stretch``.

    Parameters
    ----------
    shown : sequence of Stretched
        One or more, of the same unit.
    """
    changes = [[loss - each.gauge.plain for loss in each.gauge.losses] for each in shown]
    low = min(0.0, *(value for row in changes for value in row))
    high = max(0.0, *(value for row in changes for value in row))
    room = 0.15 * max(high - low, LOWEST)
    low, high = low - room, high + room
    ends = [math.log2(LEAST), math.log2(LARGEST)]
    levels, scale = _levels(low, high)
    return {
        "handles": [
            {
                "id": FACTOR,
                "name": "",
                "title": "Factor by which the vector is stretched, as a power of 2",
                "kind": "point",
                "colour": "text",
                "at": [ends[1] / 2, low + 0.08 * (high - low)],
                "panels": [0],
                "step": (ends[1] - ends[0]) / (len(shown[0].gauge.factors) - 1),
                "slides": ends,
            }
        ],
        "x": ends,
        "y": [low, high],
        "ticks": [[math.log2(factor), words] for factor, words in _TICKS],
        "levels": levels,
        "level_unit": f"{scale} {shown[0].unit}".strip(),
        "unit": shown[0].unit,
        "factors": list(shown[0].gauge.factors),
        "rounding": ROUNDING,
        "methods": [
            {
                "name": each.name,
                "expert": each.gauge.expert + 1,
                "plain": each.gauge.plain,
                "changes": row,
                "most": power_of_ten(each.gauge.most) if each.gauge.most else "0",
                "still": each.gauge.most <= ROUNDING,
            }
            for each, row in zip(shown, changes, strict=True)
        ],
    }


def _levels(low: float, high: float) -> tuple[list[tuple[float, str]], str]:
    """Return round numbers between two, with words, and the power of ten that these leave out."""
    raw = (high - low) / 5
    power = math.floor(math.log10(raw))
    times = next(each for each in (1, 2, 5, 10) if each * 10.0**power >= raw)
    step = times * 10.0**power
    places = range(math.ceil(low / step), math.floor(high / step) + 1)
    found = [(place * step, signed(place * times, 0)) for place in places]
    return found, superscript(f"10^{power}") if power else ""


def stretch_words(shown: Stretched) -> str:
    """Return what the theory says of stretching a vector, and what was measured.

    Parameters
    ----------
    shown : Stretched
    """
    gauge = shown.gauge
    theory = (
        "only the direction of an expert's vector counts, so that the loss cannot move"
        if gauge.stretch_free
        else "the length of an expert's vector counts, so that the loss may move"
    )
    return (
        f"expert {gauge.expert + 1} of layer {gauge.layer + 1}. "
        f"Theory: {theory}. Measured from ¼ to 4 times its length: {_moved(gauge.most, shown.unit)}"
        f"{_verdict(gauge.stretch_free, gauge.most)}"
    )


def shift_words(shown: Stretched) -> str:
    """Return what the theory says of a vector that is added to all experts, and what was measured.

    Parameters
    ----------
    shown : Stretched
    """
    gauge = shown.gauge
    if gauge.shift == 0.0:
        return (
            "No single vector can be added to all of its experts: there are so many that their "
            "directions allow none."
        )
    theory = (
        "the gate sees differences of scores alone, so that the loss cannot move"
        if gauge.shift_free
        else "the gate reads each score by itself, so that the loss may move"
    )
    return (
        f"One vector of length {gauge.shift:.2g} is added to what its scores read of every expert. "
        f"Theory: {theory}. Measured: {_moved(gauge.moved, shown.unit)}"
        f"{_verdict(gauge.shift_free, gauge.moved)}"
    )


def _moved(by: float, unit: str) -> str:
    if by == 0.0:
        return "it does not move at all"
    if by <= ROUNDING:
        return f"it moves by {power_of_ten(by)} {unit}, which is rounding"
    return f"it moves by up to {power_of_ten(by)} {unit}"


def _verdict(free: bool, by: float) -> str:
    return " — against the theory." if free and by > ROUNDING else "."


def slice_document(found: Slice, theme: Theme) -> dict[str, Any]:
    """Return the document of a plane through a router: its tokens, and the experts' vectors.

    Parameters
    ----------
    found : Slice
    theme : Theme
        Where the experts' colours come from.
    """
    colours = expert_looks(theme)["colours"]
    across, up = (float(each) for each in abs(found.tokens).max(axis=0))
    reach = max(across, up) or 1.0
    wide, tall = ROOM * reach, ROOM * max(up, FLATTEST * reach)
    longest = max(math.hypot(*vector) for vector in found.vectors) or 1.0
    stretch = FLATTEST * reach / longest
    experts = [(i, found.vectors[i] * stretch) for i in range(len(found.vectors))]
    tokens = [
        {"at": [float(y[0]), float(y[1])], "radius": 3, "colour": colours[expert % len(colours)]}
        for y, expert in zip(found.tokens, found.first, strict=True)
    ]
    return {
        "handles": [],
        "panels": [
            {
                "title": f"Tokens and experts' vectors, layer {found.layer + 1}",
                "note": "a dot: a token, by first expert",
                "x": [-wide, wide],
                "y": [-tall, tall],
                "names": ["first direction", "second"],
                "dots": tokens,
                "lines": [
                    {
                        "points": [[0.0, 0.0], [float(v[0]), float(v[1])]],
                        "width": 3,
                        "colour": colours[i % len(colours)],
                    }
                    for i, v in experts
                ],
                "labels": [
                    {"at": [1.08 * float(v[0]), 1.08 * float(v[1])], "text": str(i + 1)}
                    for i, v in experts
                ],
            }
        ],
        "sentence": slice_sentence(found),
        "tables": [
            {
                "title": "Experts on the plane",
                "columns": ["", "first direction", "second", "offset", "share of tokens"],
                "rows": [
                    [f"expert {i + 1}", float(v[0]), float(v[1]), float(offset), float(load)]
                    for i, (v, offset, load) in enumerate(
                        zip(found.vectors, found.offsets, found.load, strict=True)
                    )
                ],
            }
        ],
    }


def slice_sentence(found: Slice) -> str:
    """Return how much of tokens and router is on the plane; numbers stand between stars.

    Parameters
    ----------
    found : Slice
    """
    of = "variance" if found.centred else "squared length"
    return (
        f"Of the tokens' {of} *{100 * found.share:.0f} %* lies in this plane, and for "
        f"*{100 * found.named:.0f} %* of them it names the same first expert as the whole router."
    )
