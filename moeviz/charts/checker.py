"""Counter-sequences in numbers and words, and the families that are excepted from a claim."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from moeviz.charts.table import Table
from moeviz.text import signed


def sequence_table(sequence: Mapping[str, Any]) -> Table:
    """Return the sequence's numbers, with the order between neighbouring rows.

    Parameters
    ----------
    sequence : mapping
        As :func:`moeviz.symbolic.questions.sequence.measure` returns it.
    """
    epsilon = epsilons(sequence)
    loss, function = sizes(sequence["loss"]), sizes(sequence["function"])
    return {
        "ε": [superscript(text) for text in sequence["epsilon"]],
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
        As :func:`moeviz.symbolic.questions.sequence.measure` returns it.
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
        As :func:`moeviz.symbolic.questions.sequence.measure` returns it.
    """
    return [_epsilon(text) for text in sequence["epsilon"]]


def sizes(texts: Sequence[str]) -> list[float | None]:
    """Return measured sizes as numbers; None for one that is zero or no number.

    Parameters
    ----------
    texts : sequence of str
    """
    values = [float(text) for text in texts]
    return [value if math.isfinite(value) and value > 0 else None for value in values]


def superscript(text: str) -> str:
    """Return a power such as ``2^-6`` with its exponent raised: ``2⁻⁶``.

    Parameters
    ----------
    text : str
    """
    base, mark, power = str(text).partition("^")
    raised = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
    return base + power.translate(raised) if mark else base


def order_text(order: str) -> str:
    """Return a measured order with two decimals, or the sign of infinity.

    Parameters
    ----------
    order : str
    """
    value = float(order)
    return signed(value) if math.isfinite(value) else "∞"


def _epsilon(text: str) -> float:
    base, mark, power = str(text).partition("^")
    return float(base) ** float(power) if mark else float(base)


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
