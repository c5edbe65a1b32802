"""The cases of a claim in words: what tells it from others of its group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from moeviz.text import listed

_WORDS: Mapping[str, str] = {
    **{"relu": "ReLU", "tanh": "tanh", "gelu": "GELU", "linear": "linear", "constant": "constant"},
    **{"scaled-relu": "scaled ReLU", "scaled-gelu": "scaled GELU", "ffn": "networks"},
    **{"p1": "first power", "p2": "second power", "p3": "third power"},
    **{"d1": "one dimension", "d2": "two dimensions", "d3": "three dimensions"},
    **{"k2": "two atoms", "k3": "three atoms", "h1": "one hidden unit", "h2": "two hidden units"},
    **{"K2": "two classes", "K3": "three classes", "last": "last class"},
    **{"s1": "class 1", "s2": "class 2"},
    **{"t1": "order 1", "t2": "order 2", "t3": "order 3", "all": "every order"},
    **{"exact": "exact-specified", "over": "over-specified", "gauge": "gauge fixed"},
    **{"tau2": "τ₂ = 0", "dense": "dense regime", "limit": "the limit"},
    **{"cos": "cos", "sin": "sin", "log": "log", "sigmoid": "sigmoid", "softmax": "softmax"},
    **{"x2": "X²", "x3": "X³", "x4": "X⁴", "unit": "X/‖X‖", "bounded": "bounded"},
    **{"modified": "modified gate", "standard": "standard gate"},
    **{"def1": "Definition 1", "def3": "Definition 3"},
    **{"a": "equation 8a", "b": "equation 8b", "c": "equation 8c", "special": "other experts"},
    **{"satisfiable": "some expert"},
    **{"full": "fully quadratic score", "partial": "partially quadratic score"},
    **{"scaled": "scaled experts"},
    **{"flat": "flat expert", "y": "functions of Y", "x": "functions of X"},
}
"""The parts of a claim's id after its group."""


def case_parts(claim: str) -> tuple[str, ...]:
    """Return what tells a claim from others of its group, in words; nothing if it is alone.

    Parameters
    ----------
    claim : str
        Its id, such as ``C4.relu.d1``.
    """
    return tuple(_WORDS.get(part, part) for part in claim.split(".")[1:])


def case_of(claim: str) -> str:
    """Return what tells a claim from others of its group as one text: ``ReLU, one dimension``.

    Parameters
    ----------
    claim : str
        Its id.
    """
    return ", ".join(case_parts(claim))


def cases_together(some: Sequence[str], among: Sequence[str]) -> str:
    """Return several cases of a group as one text, such as ``tanh and GELU, two dimensions``.

    Parameters
    ----------
    some : sequence of str
        Ids of claims.
    among : sequence of str
        Ids of the claims that it is said among: what holds for all dimensions there needs no word
        of dimensions.

    Returns
    -------
    str
        Empty where all are meant, or where a claim has no cases.
    """
    if set(some) >= set(among):
        return ""
    every = _by_last(among)
    found: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for first, lasts in _by_last(some).items():
        left = () if len(every[first]) > 1 and lasts == every[first] else tuple(lasts)
        found.setdefault(left, []).append(first)
    return "; ".join(_row(firsts, lasts) for lasts, firsts in found.items())


def _by_last(names: Iterable[str]) -> dict[tuple[str, ...], list[str]]:
    """Return the last parts of cases by what stands before them."""
    found: dict[tuple[str, ...], list[str]] = {}
    for name in names:
        *first, last = case_parts(name) or ("",)
        found.setdefault(tuple(first), []).append(last)
    return found


def _row(firsts: Sequence[tuple[str, ...]], lasts: Sequence[str]) -> str:
    before = listed([", ".join(first) for first in firsts if first])
    after = listed(list(lasts))
    return ", ".join(part for part in (before, after) if part)
