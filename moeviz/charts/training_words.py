"""What to notice of a trained router at a checkpoint, in one sentence with the numbers of then.

A sentence is a text with slots, such as ``{agreement}``, that are filled from a screen, so
that a browser that slides through the checkpoints writes it as this module does (``noticing.js``).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from moeviz.text import signed
from moeviz.train.measure import IDLE, TRUE_GATE

SAME = 0.02
"""Shares of choices that differ by less are told as the same."""

FREE = 0.005
"""A loss that changes by less than this changes by nothing that is shown."""

CROWDED = 0.75
"""An entropy of use below this share of its maximum is told."""

AGREEMENT, USE = "agreement", "use_entropy"

_PICKS = "{method}’s router picks *{agreement}* of the experts that would win if all answered"
_AGREEMENT = {
    "up": f"{_PICKS}, up from {{agreement@0}} at step {{step@0}}",
    "down": f"{_PICKS}, down from {{agreement@0}} at step {{step@0}}",
    "same": f"{_PICKS}, as many as at step {{step@0}}",
    "chance": f"{_PICKS}; chance alone gives {{chance}}",
    "wins": "{method} lets the strongest experts win every token",
}
_FINDS = "{method}’s router finds *{truth.agreement}* of the true gate’s experts"
_TRUTH = {
    "up": f"{_FINDS}, up from {{truth.agreement@0}} at step {{step@0}}",
    "down": f"{_FINDS}, down from {{truth.agreement@0}} at step {{step@0}}",
    "same": f"{_FINDS}, as many as at step {{step@0}}",
    "first": f"{_FINDS}, experts matched as well as can be",
}
_RANK = {
    "costs": "; rank\u00a0{next} in place of rank\u00a01 would cost *{rank_down}* {unit}.",
    "free": "; rank\u00a0{next} in place of rank\u00a01 would do as well ({rank_down} {unit}).",
    "gains": "; rank\u00a0{next} in place of rank\u00a01 changes the loss by *{rank_down}* {unit}.",
    "": ".",
}
_CROWD = " Its tokens crowd on few experts: entropy of use *{use_entropy}* of {use_entropy^} bits."
_LAZY = " (less than a tenth of an equal share)"
_BY_SEED = ", {idle<} to {idle>} by seed"
_IDLE = {
    "none": "{method}: no expert lies idle" + _LAZY,
    "none in any seed": "{method}: no expert lies idle in any seed" + _LAZY,
    "some": "{method}: *{idle}* of {experts} experts lie idle" + _LAZY,
    "some by seed": "{method}: *{idle}* of {experts} experts lie idle" + _LAZY + _BY_SEED,
}
_IN_ALL = "; in all layers *{idle+}* of {all}"
_USED = "; entropy of use *{use_entropy}* of {use_entropy^} bits."
_BESIDE_IDLE = "{method}: *{idle}* idle"
_BESIDE_USED = ", entropy *{use_entropy}*."
_BESIDE = "{method}: *{agreement}*"
_BESIDE_TRUTH = "{method}: *{truth.agreement}*"
_BESIDE_RANK = ", rank\u00a0{next}: *{rank_down}*"
_DENSE = "{method} has no router: the same numbers answer every token."
_NOTHING = "{method} has not come as far as this step."


def notices(screen: Mapping[str, Any], always: Sequence[bool]) -> dict[str, Any]:
    """Return what to say of every method, layer and checkpoint.

    Parameters
    ----------
    screen : mapping
        With ``diagnostics``, ``methods``, ``steps``, ``seeds``, ``layers``, ``experts``, ``top``
        and ``reads``, the diagnostic that answers what is asked.
    always : sequence of bool
        For each method, whether its experts compete at every step.

    Returns
    -------
    dict
        ``texts``, pairs of a sentence and of its short form beside one of the same kind; ``says``,
        places in that list: of a method, a layer, a checkpoint that diagnostics tell.
    """
    texts: list[tuple[str, str]] = []
    places: dict[tuple[str, str], int] = {}
    count = len(_told(screen))

    def place(pair: tuple[str, str]) -> int:
        if pair not in places:
            places[pair] = len(texts)
            texts.append(pair)
        return places[pair]

    says = [
        [
            [place(_texts(screen, method, layer, at, always[method])) for at in range(count)]
            for layer in range(screen["layers"])
        ]
        for method in range(len(screen["methods"]))
    ]
    return {"texts": [list(pair) for pair in texts], "says": says}


def sentence(
    screen: Mapping[str, Any], method: int, layer: int, at: int, beside: bool = False
) -> str:
    """Return what to notice of a method's layer at a checkpoint.

    Parameters
    ----------
    screen : mapping
        What :func:`~moeviz.charts.training.training_screen` returns.
    method, layer : int
    at : int
        A place among the checkpoints that diagnostics tell.
    beside : bool
        Whether to take the short form.
    """
    text = screen["texts"][screen["says"][method][layer][at]][1 if beside else 0]
    return re.sub(
        r"\{([\w.]+)([@^<>+])?(\d*)\}",
        lambda found: _slot(screen, method, layer, at, found[1], found[2], found[3]),
        text,
    )


def formed(value: float | None, form: str) -> str:
    """Write a diagnostic's value.

    Parameters
    ----------
    value : float or None
    form : str
        ``"percent"``, ``"number"``, ``"count"`` (a mean of whole numbers) or ``"thousands"``.
    """
    if value is None:
        return "–"
    if form == "percent":
        return f"{math.floor(100 * value + 0.5)}\u00a0%"
    if form == "thousands":
        return f"{math.floor(value + 0.5):,}"
    if form == "count":
        return f"{math.floor(10 * value + 0.5) / 10:g}"
    return signed(value)


def _told(screen: Mapping[str, Any]) -> list[int]:
    """Return the checkpoints that diagnostics tell."""
    for each in screen["diagnostics"]:
        return list(each["places"])
    return []


def _mean(
    screen: Mapping[str, Any], name: str, method: int, layer: int, at: int, what: str = "mean"
) -> float | None:
    for each in screen["diagnostics"]:
        if each["name"] == name:
            layers = each["methods"][method]
            found: float | None = layers[layer][what][at] if layer < len(layers) else None
            return found
    return None


def _texts(
    screen: Mapping[str, Any], method: int, layer: int, at: int, always: bool
) -> tuple[str, str]:
    if screen["methods"][method]["dense"]:
        return _DENSE, _DENSE
    now = _mean(screen, "agreement", method, layer, at)
    if now is None:
        return _NOTHING, _NOTHING
    if screen["reads"] == USE:
        return _of_use(screen, method, layer, at)
    true = _mean(screen, TRUE_GATE, method, layer, at)
    if true is not None:
        kind = "first" if at == 0 else _course(true, _mean(screen, TRUE_GATE, method, layer, 0))
        return _whole(screen, method, layer, at, _TRUTH[kind], _BESIDE_TRUTH)
    first = _mean(screen, "agreement", method, layer, 0)
    chance = picked(screen, method) / screen["experts"]
    if always:
        kind = "wins"
    elif now < chance + SAME:
        kind = "chance"
    else:
        kind = _course(now, first) if at else "chance"
    return _whole(screen, method, layer, at, _AGREEMENT[kind], "" if always else _BESIDE)


def _of_use(screen: Mapping[str, Any], method: int, layer: int, at: int) -> tuple[str, str]:
    """Return whether experts lie idle, in this layer and in all of them."""
    most = _mean(screen, IDLE, method, layer, at, "high")
    if most is None:
        return _NOTHING, _NOTHING
    many = len(screen["seeds"]) > 1
    kind = ("some by seed" if many else "some") if most else "none in any seed" if many else "none"
    whole = _IN_ALL if screen["layers"] > 1 else ""
    beside = _BESIDE_IDLE + (_BY_SEED if kind == "some by seed" else "")
    return _IDLE[kind] + whole + _USED, beside + whole + _BESIDE_USED


def picked(screen: Mapping[str, Any], method: int) -> int:
    """Return how many experts a method's router picks for a token: a shared one is not picked."""
    return int(screen["top"]) - bool(screen["methods"][method]["shared"])


def _course(now: float, first: float | None) -> str:
    if first is None or abs(now - first) < SAME:
        return "same"
    return "up" if now > first else "down"


def _whole(
    screen: Mapping[str, Any], method: int, layer: int, at: int, opening: str, beside: str
) -> tuple[str, str]:
    """Return an opening with what the runner-up costs and whether experts are crowded."""
    cost = _mean(screen, "rank_down", method, layer, at)
    rank = "" if cost is None else "free" if abs(cost) < FREE else "costs" if cost > 0 else "gains"
    use = _mean(screen, "use_entropy", method, layer, at)
    crowd = use is not None and use < CROWDED * math.log2(screen["experts"])
    whole = opening + _RANK[rank] + (_CROWD if crowd else "")
    if crowd or not beside:
        return whole, whole
    return whole, beside + (_BESIDE_RANK if rank else "") + "."


def _slot(
    screen: Mapping[str, Any],
    method: int,
    layer: int,
    at: int,
    name: str,
    kind: str | None,
    place: str,
) -> str:
    where = int(place) if kind == "@" else at
    simple = {
        "method": screen["methods"][method]["title"],
        "unit": screen["unit"],
        "next": str(picked(screen, method) + 1),
        "chance": formed(picked(screen, method) / screen["experts"], "percent"),
        "experts": str(screen["experts"]),
        "all": str(screen["experts"] * screen["layers"]),
    }
    if name in simple:
        return str(simple[name])
    if name == "step":
        return f"{screen['steps'][_told(screen)[where]]:,}"
    each = next(each for each in screen["diagnostics"] if each["name"] == name)
    if kind == "^":
        return formed(each["most"], each["form"])
    layers = each["methods"][method]
    if kind == "+":
        return formed(sum(one["mean"][where] for one in layers), each["form"])
    part = {"<": "low", ">": "high"}.get(kind or "", "mean")
    return formed(layers[layer][part][where], each["form"])
