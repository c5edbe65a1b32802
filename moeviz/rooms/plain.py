"""Words of lessons for screens that typeset nothing: formulas in letters, links by their words."""

from __future__ import annotations

import re

_TEX = re.compile(r"\$([^$\n]+)\$")
_LINK = re.compile(r"\[([^\]\n]+)\]\([^)\n]*\)")
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

_ABOVE = str.maketrans("0123456789+-=()nᵀ", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿᵀ")
_BELOW = str.maketrans("0123456789+-=()ijk", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ᵢⱼₖ")


def plain(words: str) -> str:
    """Return words in which formulas are written in letters, and links by what they are called.

    Parameters
    ----------
    words : str
        Markdown with TeX between dollar signs.
    """
    return _TEX.sub(lambda found: _letters(found[1]), _LINK.sub(r"\1", words))


def _letters(tex: str) -> str:
    text = _MACRO.sub(_macro, tex)
    text = _SCRIPT.sub(_script, text)
    return " ".join(text.replace("{", "").replace("}", "").split())


def _macro(found: re.Match[str]) -> str:
    name, sign = found[1], found[2]
    if sign is not None:
        return {"|": "‖", "{": "(", "}": ")"}.get(sign, " ")
    return _LETTERS.get(name, "" if name in ("left", "right", "mathrm", "text", "bigl") else name)


def _script(found: re.Match[str]) -> str:
    inner = found[2] if found[2] is not None else found[3]
    moved = inner.translate(_ABOVE if found[1] == "^" else _BELOW)
    return moved if all(a != b or a in "ᵀ " for a, b in zip(inner, moved, strict=True)) else (
        f"{found[1]}{inner}" if len(inner) == 1 else f"{found[1]}({inner})"
    )  # fmt: skip
