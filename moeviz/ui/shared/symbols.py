"""Mathematical symbols as plain characters, for labels that are also read aloud."""

from __future__ import annotations

import re

_NAMES = {
    "alpha": "α",
    "beta": "β",
    "epsilon": "ε",
    "eta": "η",
    "gamma": "γ",
    "lambda": "λ",
    "mu": "μ",
    "nu": "ν",
    "sigma": "σ",
    "tau": "τ",
    "theta": "θ",
    "Theta": "Θ",
}
_LOW = str.maketrans("0123456789ijkn*", "₀₁₂₃₄₅₆₇₈₉ᵢⱼₖₙ*")
_NAME = re.compile(r"\\([A-Za-z]+)")
_BAR = re.compile(r"\\bar ?(?:\{(\w)\}|(\w))")
_INDEX = re.compile(r"_(?:\{([0-9ijkn*]+)\}|([0-9ijkn*]))")


def plain_symbol(latex: str) -> str | None:
    r"""Return a LaTeX symbol in plain characters, or None where that cannot be done.

    Parameters
    ----------
    latex : str
        Such as ``\tau_1`` (τ₁), ``h(x, \eta_i)`` (h(x, ηᵢ)) or ``k_*`` (k*).
    """
    # A bar is a combining overline, which follows its letter.
    barred = _BAR.sub(lambda found: f"{found[1] or found[2]}\u0304", latex)
    named = _NAME.sub(lambda found: _NAMES.get(found[1], found[0]), barred)
    text = _INDEX.sub(lambda found: (found[1] or found[2]).translate(_LOW), named)
    return None if re.search(r"[\\_^{}]", text) else text
