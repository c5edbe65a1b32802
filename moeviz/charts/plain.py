"""LaTeX of claims and certificates in plain characters, for terminals and for searching."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from moeviz.charts.certified import typeset_words

_TOKEN = re.compile(r"\\([a-zA-Z]+|.)|([{}^_])|(\s+)|(.)", re.DOTALL)

_SYMBOLS: Mapping[str, str] = {
    **{"partial": "∂", "alpha": "α", "beta": "β", "eta": "η", "lambda": "λ", "mu": "μ"},
    **{"nu": "ν", "phi": "φ", "sigma": "σ", "tau": "τ", "Delta": "Δ", "Theta": "Θ", "Phi": "Φ"},
    **{"Lambda": "Λ", "rho": "ρ"},
    **{"leq": "≤", "geq": "≥", "neq": "≠", "gtrsim": "≳", "to": "→", "in": "∈", "times": "×"},
    **{"sum": "∑", "infty": "∞", "dots": "…", "cdots": "⋯", "cdot": "·", "top": "ᵀ", "pm": "±"},
    **{"varphi": "φ", "varepsilon": "ε", "gamma": "γ", "theta": "θ", "omega": "ω", "kappa": "κ"},
    **{",": " ", ";": " ", " ": " ", "quad": "  ", "|": "‖", "{": "{", "}": "}", "!": ""},
    **{"left": "", "right": "", "displaystyle": "", "\\": " "},
}
"""Commands that stand for characters; one that is not here is written as its name, as ``tanh``."""

_STYLES = frozenset(["mathrm", "mathcal", "text", "operatorname", "mathbf", "mathit"])
_BOARD = {"R": "ℝ", "E": "𝔼", "N": "ℕ"}
_RELATIONS = ("=", "≤", "≥", "≠", "≳", "→", "∈")

_ABOVE = dict(zip("0123456789+-()nijk", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿⁱʲᵏ", strict=True)) | {"ᵀ": "ᵀ", "−": "⁻"}
_BELOW = dict(
    zip("0123456789+-()aeijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₍₎ₐₑᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True)
) | {"∗": "∗", "*": "∗", "−": "₋"}


def plain_text(words: str) -> str:
    """Return words with LaTeX between dollars, and names and intervals, as plain characters.

    Parameters
    ----------
    words : str
    """
    parts = typeset_words(words).split("$")
    if len(parts) % 2 == 0:
        return words
    return "".join(plain_formula(p) if i % 2 else p for i, p in enumerate(parts))


def plain_formula(latex: str) -> str:
    r"""Return LaTeX as plain characters: ``\frac{1}{2}\,\beta_1`` becomes ``1/2 β₁``.

    Parameters
    ----------
    latex : str
    """
    text = _line(_tokens(latex))
    for word in _RELATIONS:
        text = text.replace(word, f" {word} ")
    text = re.sub(r"∂([⁰-⁹¹²³]*) ", r"∂\1", re.sub(r" {2,}", " ", text)).strip()
    return re.sub(r"(^|[(=≤≥≠] ?)− ", r"\1−", text)


def _tokens(latex: str) -> Iterator[tuple[str, str]]:
    """Yield kind and text of each token."""
    for match in _TOKEN.finditer(latex):
        command, mark, space, letter = match.groups()
        if command is not None:
            yield "command", command
        elif mark is not None:
            yield mark, mark
        elif space is not None:
            yield "space", " "
        else:
            yield "letter", "−" if letter == "-" else letter


Tokens = Iterator[tuple[str, str]]


def _line(tokens: Tokens, end: str = "") -> str:
    """Return what stands up to the end of a group, or of all."""
    found = ""
    for kind, text in tokens:
        if kind == end:
            break
        found += _piece(kind, text, tokens)
    return found


def _piece(kind: str, text: str, tokens: Tokens) -> str:
    if kind == "{":
        return _line(tokens, "}")
    if kind in "^_":
        return _moved(_argument(tokens), kind)
    if kind != "command":
        return text
    if text in ("frac", "tfrac", "dfrac"):
        above, below = _argument(tokens), _argument(tokens)
        return f"{_fenced(above)}/{_fenced(below)}"
    if text in _STYLES:
        return _argument(tokens)
    if text == "mathbb":
        letter = _argument(tokens)
        return _BOARD.get(letter, letter)
    if text == "widetilde":
        return f"{_argument(tokens)}\u0303"
    if text == "sqrt":
        return f"√({_argument(tokens)})"
    return _SYMBOLS.get(text, text)


def _argument(tokens: Tokens) -> str:
    """Return the next group or the next single token."""
    for kind, text in tokens:
        if kind != "space":
            return _piece(kind, text, tokens).strip()
    return ""


def _fenced(text: str) -> str:
    """Return what stands above or below a line, in brackets where it is a sum or a product."""
    close = re.sub(r"∂([⁰-⁹¹²³]*) ", r"∂\1", text).replace(" ∂", "∂")
    return close if re.fullmatch(r"[^ +−/]*", close) else f"({close})"


def _moved(text: str, mark: str) -> str:
    """Return an index or a power in small characters where all of it has such."""
    small = _ABOVE if mark == "^" else _BELOW
    if text and all(letter in small for letter in text):
        return "".join(small[letter] for letter in text)
    if set(text) <= {"'", "′"}:
        return text
    bare = len(text) == 1 or text.startswith(",") or (text[0], text[-1]) == ("(", ")")
    return f"{mark}{text}" if bare else f"{mark}({text})"
