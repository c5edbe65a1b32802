"""Numbers, names and formulas of certificates as they are read: typeset, with sensible digits."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from functools import lru_cache, partial

DIGITS = 4
"""Most significant digits that are shown of a number that lies in an interval."""

_WIDE = 3
"""Those of the ends of an interval that leaves its number open."""

_BALL = re.compile(r"\[(?:(-?\d[\d.]*(?:e[+-]?\d+)?) )?\+/- (\d[\d.]*(?:e[+-]?\d+)?)\]")

_GREEK = "alpha|beta|gamma|eta|lambda|mu|nu|rho|sigma|tau|theta"
_NAME = re.compile(
    rf"(?<![\w\\])(?:(?P<greek>{_GREEK})|(?P<letter>[A-Za-z]))(?P<number>\d*)"
    r"(?:_(?P<index>\d+|(?!there)[a-z]{2,}))?(?:_(?P<entry>\d+))?(?P<there>__there)?(?![\w{])"
)
_SIGNED = re.compile(rf"(?P<minus>(?<![\w)])-)?{_NAME.pattern}")
_POWER = re.compile(r"(?<![\w.])10\^(-?\d+)")
_CALL = re.compile(r"(?<!\\)\b(?:sigma|tanh|cos|sin|log|exp)\([ -#%-'*-~]*\)")
"""Typed in plain letters; what has signs such as ₁ in it is as it is meant to be read."""


def typeset_words(words: str) -> str:
    r"""Return words in which intervals and names that are typed as letters are LaTeX.

    Parameters
    ----------
    words : str
        With LaTeX between dollars, or without: ``beta_1`` becomes ``$\beta_1$`` and
        ``[0.97678687 +/- 2.34e-9]`` becomes ``$0.9768$``. In LaTeX itself only such names change.
    """
    parts = words.split("$")
    if len(parts) % 2 == 0:
        return words
    return "$".join(
        _NAME.sub(_in_formula, part) if i % 2 else _in_words(part) for i, part in enumerate(parts)
    )


def enclosed(value: str) -> str:
    """Say what a certificate's value is, as a predicate: ``is $1.000$`` or ``lies in ...``.

    Parameters
    ----------
    value : str
        A number, an interval as ``[middle +/- radius]``, or several with semicolons between. Of a
        number that lies in an interval every digit that is shown is certain.
    """
    texts = [part.strip() for part in str(value).split(";")]
    shown = [f"${number_or_interval(text)}$" for text in texts if text != "..."]
    verb = "lies in" if shown[0].startswith("$[") else "is"
    return f"{verb} {', '.join(shown)}{' and so on' if '...' in texts else ''}"


def number_or_interval(text: str) -> str:
    r"""Return a value as LaTeX: a number as far as it is certain, or the ends of its interval.

    Parameters
    ----------
    text : str
        A number, or an interval as ``[middle +/- radius]`` or ``[+/- radius]``.
    """
    found = _BALL.fullmatch(text.strip())
    if found is None:
        return _fraction(text.strip())
    middle, radius = Decimal(found[1] or 0), Decimal(found[2])
    low, high = middle - radius, middle + radius
    for digits in range(DIGITS, 1, -1):
        rounds = Context(prec=digits)
        if found[1] and rounds.create_decimal(low) == rounds.create_decimal(high):
            return _decimal(rounds.create_decimal(middle), digits)
    down = Context(prec=_WIDE, rounding=ROUND_FLOOR).create_decimal(low)
    up = Context(prec=_WIDE, rounding=ROUND_CEILING).create_decimal(high)
    return rf"[{_decimal(down, _WIDE)},\,{_decimal(up, _WIDE)}]"


def symbol(name: str) -> str:
    r"""Return a parameter's or an input's name as LaTeX: ``beta1_2`` becomes ``\beta_1^{(2)}``.

    Parameters
    ----------
    name : str
        As certificates have it; one that is no such name is set as words.
    """
    found = _NAME.fullmatch(name)
    return rf"\text{{{name.replace('_', ' ')}}}" if found is None else _symbol(found)


@lru_cache(maxsize=256)
def typeset_formula(text: str) -> str:
    r"""Return a certificate's formula as LaTeX; one that cannot be read stays as it is.

    Parameters
    ----------
    text : str
        As ``sigmoid(-31/60*x1 + log(6/25))``.
    """
    try:
        return _printed(ast.parse(text, mode="eval").body)
    except (SyntaxError, KeyError):
        return rf"\text{{{text.replace('_', ' ')}}}"


def _in_words(words: str) -> str:
    for pattern, typed in (
        (_BALL, lambda found: number_or_interval(found[0])),
        (_CALL, lambda found: typeset_formula(found[0].replace("^", "**"))),
        (_POWER, lambda found: f"10^{{{found[1]}}}"),
        (_SIGNED, _name),
    ):
        parts = words.split("$")
        parts[::2] = [pattern.sub(partial(_dollars, typed), part) for part in parts[::2]]
        words = "$".join(parts)
    return words


def _dollars(typed: Callable[[re.Match[str]], str], found: re.Match[str]) -> str:
    latex = typed(found)
    return f"${latex}$" if latex else found[0]


def _name(found: re.Match[str]) -> str:
    """Return a name in words as LaTeX; empty for a letter, which may be a word, or a claim's id."""
    if found["greek"] or found["index"] or (found["letter"] == "x" and found["number"]):
        return f"{found['minus'] or ''}{_symbol(found)}"
    return ""


def _in_formula(found: re.Match[str]) -> str:
    plain = found["greek"] is None and not found["there"]
    if plain and (found["index"] is None or found["index"].isdigit()):
        return found[0]  # x_1 and A_1 are LaTeX as they stand
    return _symbol(found)


def _symbol(found: re.Match[str]) -> str:
    letter = f"\\{found['greek']}" if found["greek"] else found["letter"]
    index, number = found["index"] or "", found["number"]
    if index == "max":
        below, above = r"\max", ""
    elif index.isdigit() and (number or found["letter"]):
        below, above = number, f"({index})"
    elif index.isdigit():
        below, above = index, ""
    else:
        below, above = (rf"\text{{{index}}}" if index else number), ""
    above = f"({found['entry']})" if found["entry"] else above
    below = f"_{below}" if len(below) == 1 else f"_{{{below}}}" if below else ""
    there = "'" if found["there"] else ""
    return f"{letter}{below}{f'^{{{above}}}' if above else ''}{there}"


_FUNCTIONS: Mapping[str, str] = {
    "sigmoid": r"\sigma", "sigma": r"\sigma", "tanh": r"\tanh", "cos": r"\cos", "sin": r"\sin",
    "exp": r"\exp", "log": r"\log",
}  # fmt: skip
_TENS = re.compile(r"10{4,}")
"""What is written as a power of ten."""

_SIGNS = {ast.Add: "+", ast.Sub: "-"}


def _call(name: str, arguments: list[str]) -> str:
    if name == "log_abs":
        return rf"\log|{arguments[0]}|"
    known = _FUNCTIONS.get(name, rf"\operatorname{{{name}}}")
    return rf"{known}({', '.join(arguments)})"


def _printed(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=value):
            return str(value)
        case ast.Name(id=name):
            return symbol(name)
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return f"-{_printed(inner)}"
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return _call(name, [_printed(each) for each in arguments])
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            base = _printed(left)
            simple = isinstance(left, ast.Name | ast.Constant)
            return f"{base if simple else f'({base})'}^{{{_printed(right)}}}"
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            minus = "-" if isinstance(left, ast.UnaryOp) else ""
            above = left.operand if isinstance(left, ast.UnaryOp) else left
            return rf"{minus}\frac{{{_printed(above)}}}{{{_printed(right)}}}"
        case ast.BinOp(left=ast.Constant(value=1), op=ast.Mult(), right=right):
            return _factor(right)
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return rf"{_factor(left)}\,{_factor(right)}"
        case ast.BinOp(left=left, op=sign, right=right):
            return f"{_printed(left)} {_SIGNS[type(sign)]} {_factor(right)}"
    raise KeyError(type(node).__name__)


def _factor(node: ast.expr) -> str:
    sums = isinstance(node, ast.BinOp) and type(node.op) in _SIGNS
    return f"({_printed(node)})" if sums else _printed(node)


def _fraction(text: str) -> str:
    above, mark, below = text.removeprefix("-").partition("/")
    minus = "-" if text.startswith("-") else ""
    if mark and above == "1" and _TENS.fullmatch(below):
        return rf"{minus}10^{{-{len(below) - 1}}}"
    if _TENS.fullmatch(above) and not mark:
        return rf"{minus}10^{{{len(above) - 1}}}"
    return rf"{minus}\tfrac{{{above}}}{{{below}}}" if mark else text


def _decimal(value: Decimal, digits: int) -> str:
    """Return a number with so many significant digits, with a power of ten where it is far off."""
    if value == 0:
        return "0"
    power = value.adjusted()
    if -4 < power < 6:
        return f"{value:.{max(digits - 1 - power, 0)}f}"
    return rf"{value.scaleb(-power):.{digits - 1}f} \cdot 10^{{{power}}}"
