"""Why a text is no formula, in one sentence: its characters, its brackets, its grammar."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from moeviz.errors import FormulaError
from moeviz.model.formula.functions import OPERATIONS, TYPED
from moeviz.model.formula.grammar import DEEPEST

if TYPE_CHECKING:
    from lark.exceptions import UnexpectedInput

KNOWN = frozenset((*TYPED, "norm", "dot"))
"""Names that are followed by a bracket."""

_ALLOWED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-*/^(),. ")


def check_characters(text: str) -> None:
    """Refuse characters that are not of the language.

    Raises
    ------
    FormulaError
        If there is one.
    """
    for column, character in enumerate(text, start=1):
        if character not in _ALLOWED:
            raise FormulaError(
                "Expected only letters, digits, points, spaces and + - * / ^ ( ) , in a formula, "
                f"but got {_described(character)} at column {column}; {_advice(character)}."
            )


def _described(character: str) -> str:
    code = f"U+{ord(character):04X}"
    if character.isascii():
        shown = f"'{character}'" if character.isprintable() else "a control character"
        return f"{shown} ({code})"
    name = unicodedata.name(character, "").lower()
    return f"{f'the {name[:60]}' if name else 'a character without a name'} ({code})"


def _advice(character: str) -> str:
    plain = unicodedata.normalize("NFKC", character)
    if "SUPERSCRIPT" in unicodedata.name(character, ""):
        return f"write ^{plain}" if plain.isalnum() and plain.isascii() else "take it out"
    if character != plain and len(plain) == 1 and plain in _ALLOWED:
        return f"type the plain '{plain}' instead" if plain != " " else "type a plain space instead"
    if character in "[{":
        return "use round brackets"
    if character in "−–—":
        return "type the plain '-' instead"
    if character in "·×∙⋅":
        return "type the plain '*' instead"
    return "type a plain Latin letter instead" if character.isalpha() else "take it out"


def check_brackets(text: str) -> None:
    """Refuse brackets that do not match or lie too deep.

    Raises
    ------
    FormulaError
        If there are any.
    """
    depth = 0
    for column, character in enumerate(text, start=1):
        if character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
        if depth < 0:
            raise FormulaError(
                f"Expected a '(' before every ')', but the ')' at column {column} closes nothing; "
                "take it out or open a bracket."
            )
        if depth > DEEPEST:
            raise FormulaError(
                f"Expected brackets at most {DEEPEST} deep, but those at column {column} are "
                "deeper; write it with fewer."
            )
    if depth:
        raise FormulaError(
            f"Expected a ')' for every '(', but {depth} are left open at the end; close them."
            if depth > 1
            else "Expected a ')' for every '(', but one is left open at the end; close it."
        )


def sentence(problem: UnexpectedInput, text: str) -> str:
    """Return a parser's complaint as a sentence of ours."""
    column = problem.column
    if isinstance(problem, UnexpectedToken) and problem.token.type != "$END":
        came = short(str(problem.token))
        missing = {"RPAR": "before the ')'", "COMMA": "before the ','"}.get(problem.token.type)
        before = re.search(r"([A-Za-z0-9]+) *$", text[: column - 1])
        if problem.token.type in ("NAME", "NUMBER") and before and before[1] in KNOWN:
            return (
                f"Expected '(' after the function {before[1]}, but got '{came}' at column "
                f"{column}; write {example(before[1])}."
            )
        if problem.token.type in ("NAME", "NUMBER", "LPAR"):
            return (
                f"Expected an operator such as + or *, but got '{came}' at column {column}; write "
                "a '*' between factors."
            )
        if missing and _wants_value(problem):
            return (
                f"Expected a number, a name or a function {missing} at column {column}, but got "
                "nothing; fill it in."
            )
        if _wants_value(problem):
            return (
                f"Expected a number, a name or a function, but got '{came}' at column {column}; "
                "put something before it."
            )
        return f"Expected an operator or the end, but got '{came}' at column {column}; take it out."
    if isinstance(problem, UnexpectedCharacters):
        return (
            f"Expected a digit after the point, but got '{text[column - 1]}' alone at column "
            f"{column}; write numbers as 0.5 or 2."
        )
    return (
        "Expected a number, a name or a function at the end, but the formula stops after "
        f"'{short(text.strip()[-1:])}'; finish it."
    )


def _wants_value(problem: UnexpectedToken) -> bool:
    return "NUMBER" in (problem.accepts or problem.expected or ())


def example(name: str) -> str:
    """Return how a function is written."""
    return OPERATIONS[name].example if name in OPERATIONS else f"{name}(...)"


def short(text: str, most: int = 24) -> str:
    """Return the beginning of what somebody typed, plain characters only, fit for a sentence."""
    plain = ascii(text)[1:-1]
    return plain if len(plain) <= most else f"{plain[:most]}..."
