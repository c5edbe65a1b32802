"""Words of lessons for a room: links by their words, and formulas in letters as well as in TeX."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_TEX = re.compile(r"\$([^$\n]+)\$")
_LINK = re.compile(r"\[([^\]\n]+)\]\([^)\n]*\)")
_MARKED = re.compile(r"\*\*([^*]+)\*\*|\*([^*]+)\*")
_MACRO = re.compile(r"\\([A-Za-z]+)|\\(.)")
_SCRIPT = re.compile(r"([_^])(?:\{([^{}]*)\}|(\S))")

_LETTERS = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "eta": "η",
    "theta": "θ", "lambda": "λ", "mu": "μ", "nu": "ν", "pi": "π", "rho": "ρ", "sigma": "σ",
    "tau": "τ", "phi": "φ", "omega": "ω", "Lambda": "Λ", "Sigma": "Σ", "Omega": "Ω",
    "partial": "∂", "nabla": "∇", "top": "ᵀ", "cdot": "·", "times": "×", "le": "≤", "leq": "≤",
    "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠", "approx": "≈", "to": "→", "in": "∈",
    "infty": "∞", "sum": "Σ", "sqrt": "√", "lVert": "‖", "rVert": "‖", "Vert": "‖", "mid": "|",
    "ldots": "…", "dots": "…", "cdots": "…", "pm": "±", "quad": " ", "equiv": "≡",
}  # fmt: skip

_LOOKS = {
    "left", "right", "mathrm", "mathbb", "mathcal", "mathbf", "text", "operatorname", "widetilde",
    "widehat", "tilde", "hat", "bar", "bigl", "bigr", "Bigl", "Bigr", "displaystyle", "limits",
}  # fmt: skip
"""Commands that say how something looks."""

_ABOVE = str.maketrans("0123456789+-=()nᵀ", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿᵀ")
_BELOW = str.maketrans("0123456789+-=()ijk", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ᵢⱼₖ")


def plain(words: str) -> str:
    """Return words in which formulas are written in letters, and links by what they are called.

    Parameters
    ----------
    words : str
        Markdown with TeX between dollar signs.
    """
    return _TEX.sub(lambda found: _letters(found[1]), without_links(words))


def without_links(words: str) -> str:
    """Return words with links by what they are called; formulas stay as they are.

    Parameters
    ----------
    words : str
        Markdown.
    """
    return _LINK.sub(r"\1", words)


def bare(words: str) -> str:
    """Return words without the marks of bold and emphasised parts, which a room's screens draw.

    Parameters
    ----------
    words : str
    """
    return _MARKED.sub(lambda found: found[1] or found[2], words)


def letters_of(data: Any) -> dict[str, str]:
    """Return all formulas in plain data, each with how it is written in letters.

    Who typesets them reads these out, and shows them until they are typeset, or where they cannot
    be.

    Parameters
    ----------
    data : Any
        Texts in mappings and lists.
    """
    return {tex: _letters(tex) for text in _texts(data) for tex in _TEX.findall(text)}


def _texts(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        if "$" in data:
            yield data
    elif isinstance(data, Mapping):
        for each in data.values():
            yield from _texts(each)
    elif isinstance(data, list | tuple):
        for each in data:
            yield from _texts(each)


def _letters(tex: str) -> str:
    text = _MACRO.sub(_macro, tex)
    text = _SCRIPT.sub(_script, text)
    return " ".join(text.replace("{", "").replace("}", "").split())


def _macro(found: re.Match[str]) -> str:
    name, sign = found[1], found[2]
    if sign is not None:
        return {"|": "‖", "{": "(", "}": ")"}.get(sign, " ")
    return _LETTERS.get(name, "" if name in _LOOKS else name)


def _script(found: re.Match[str]) -> str:
    inner = found[2] if found[2] is not None else found[3]
    moved = inner.translate(_ABOVE if found[1] == "^" else _BELOW)
    return moved if all(a != b or a in "ᵀ " for a, b in zip(inner, moved, strict=True)) else (
        f"{found[1]}{inner}" if len(inner) == 1 else f"{found[1]}({inner})"
    )  # fmt: skip
