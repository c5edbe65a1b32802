"""Counter-sequences, as lines and numbers, and the families that are excepted from a claim."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from moeviz.charts.palette import Theme, canvas, ruled_axis, style
from moeviz.charts.table import Table
from moeviz.text import signed

_FUNCTION = "change of the function"
_LOSS = "loss"


def sequence_figure(sequence: Mapping[str, Any], theme: Theme) -> dict[str, Any]:
    """Draw loss and change of the function against epsilon, both axes logarithmic.

    Parameters
    ----------
    sequence : mapping
        As :func:`moeviz.symbolic.questions.sequence.measure` returns it.
    theme : Theme
        Colours.

    Returns
    -------
    dict
        Plotly's ``data`` and ``layout``, and ``narrow``.

    Notes
    -----
    A function that does not move at all has no line: its logarithm is minus infinity.
    """
    epsilon = epsilons(sequence)
    lines = [_line(_LOSS, epsilon, sequence["loss"], sequence["loss order"], 0, theme)]
    if not sequence["exact"]:
        lines.append(
            _line(_FUNCTION, epsilon, sequence["function"], sequence["function order"], 1, theme)
        )
    axis = {
        "type": "log",
        **ruled_axis(theme),
        "exponentformat": "power",
        "zeroline": False,
    }
    return {
        "data": lines,
        "layout": {
            **canvas(theme, 16),
            "margin": {"l": 96, "r": 16, "t": 12, "b": 60},
            "height": 420,
            "showlegend": True,
            "legend": {"orientation": "h", "x": 0, "y": -0.24, "yanchor": "top", "itemwidth": 50},
            "xaxis": {**axis, "dtick": 1, "title": {"text": "ε"}},
            "yaxis": {
                **axis,
                "dtick": _decades(lines),
                "automargin": True,
                "title": {"text": "size", "standoff": 14},
            },
        },
        "narrow": {
            "font": {"size": 13},
            "margin": {"l": 64, "r": 8, "t": 8, "b": 54},
            "height": 420,
        },
    }


def sequence_table(sequence: Mapping[str, Any]) -> Table:
    """Return the sequence's numbers, with the order between neighbouring rows.

    Parameters
    ----------
    sequence : mapping
        As for :func:`sequence_figure`.
    """
    epsilon = epsilons(sequence)
    loss, function = _numbers(sequence["loss"]), _numbers(sequence["function"])
    return {
        "ε": [_power(text) for text in sequence["epsilon"]],
        "Loss": [_shown(value) for value in loss],
        "Order of the loss": _orders(epsilon, loss),
        "Change of the function": ["0" if sequence["exact"] else _shown(v) for v in function],
        "Order of the change": ["none: 0"] * len(epsilon)
        if sequence["exact"]
        else _orders(epsilon, function),
    }


def exceptions_table(verdict: Mapping[str, Any]) -> Table:
    """Return the families of exceptions, each with the test that decided it again.

    Parameters
    ----------
    verdict : mapping
        As :meth:`moeviz.symbolic.questions.claims.Verdict.to_json` returns it.
    """
    found = verdict["exceptions"]
    return {
        "Family": [one["family"] for one in found],
        "Part": ["claim" if one["part"] == "tests" else "repair" for one in found],
        "Question": [one["question"] for one in found],
        "This time": [
            "fails" if one["verdict"] == "fails" else f"no longer fails: {one['verdict']}"
            for one in found
        ],
        "Certificate": [one["certificate"] or "none" for one in found],
        "Test": [str(one["test"] + 1) for one in found],
    }


def sequence_words(sequence: Mapping[str, Any]) -> str:
    """Say how fast both fall, and what follows.

    Parameters
    ----------
    sequence : mapping
        As for :func:`sequence_figure`.
    """
    loss = order_text(sequence["loss order"])
    begin = f"With {sequence['atoms']} fitted atoms the loss falls like ε^{loss}"
    if sequence["exact"]:
        return (
            f"{begin}, while the function does not move at all: these measures differ from the "
            "truth and have its function."
        )
    function = order_text(sequence["function order"])
    ratio = signed(float(sequence["function order"]) - float(sequence["loss order"]))
    return (
        f"{begin}, the change of the function like ε^{function}: their ratio goes to 0 like "
        f"ε^{ratio}, so that no constant bounds the loss by the change of the function."
    )


def epsilons(sequence: Mapping[str, Any]) -> list[float]:
    """Return a sequence's epsilons as numbers; they are written as powers of two.

    Parameters
    ----------
    sequence : mapping
        As for :func:`sequence_figure`.
    """
    return [_epsilon(text) for text in sequence["epsilon"]]


def order_text(order: str) -> str:
    """Return a measured order with two decimals, or the sign of infinity.

    Parameters
    ----------
    order : str
    """
    value = float(order)
    return signed(value) if math.isfinite(value) else "∞"


def _decades(lines: Sequence[Mapping[str, Any]]) -> int:
    """Return how many decades stand between two ticks, so that there are a handful."""
    logs = [math.log10(value) for line in lines for value in line["y"] if value]
    return max(1, math.ceil((max(logs) - min(logs)) / 6)) if logs else 1


def _epsilon(text: str) -> float:
    base, mark, power = str(text).partition("^")
    return float(base) ** float(power) if mark else float(base)


def _numbers(texts: Sequence[str]) -> list[float | None]:
    values = [float(text) for text in texts]
    return [value if math.isfinite(value) and value > 0 else None for value in values]


def _orders(epsilon: Sequence[float], values: Sequence[float | None]) -> list[str]:
    """Return the slope from the row above in log-log; none for the first row."""
    found = ["–"]
    for i in range(1, len(epsilon)):
        before, now = values[i - 1], values[i]
        if before is None or now is None:
            found.append("–")
        else:
            order = math.log(now / before) / math.log(epsilon[i] / epsilon[i - 1])
            found.append(signed(order))
    return found


def _shown(value: float | None) -> str:
    return "0" if value is None else f"{value:.3e}"


def _power(text: str) -> str:
    base, mark, power = str(text).partition("^")
    raised = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
    return base + power.translate(raised) if mark else base


def _line(
    name: str,
    epsilon: Sequence[float],
    texts: Sequence[str],
    order: str,
    index: int,
    theme: Theme,
) -> dict[str, Any]:
    look = style(index, theme)
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": f"{name}, order {order_text(order)}",
        "x": list(epsilon),
        "y": _numbers(texts),
        "line": {"color": look.colour, "width": 3, "dash": look.dash},
        "marker": {"color": look.colour, "size": 12, "symbol": look.marker},
        "hovertemplate": "ε = %{x:.3g}<br>%{y:.3g}",
    }
