"""Reading formulas: from text that somebody typed to a tree, or to one sentence that says why not.

The text is looked at only by a parser for a small language of its own; nothing in it is ever run.
Its length is checked first, then its characters, then its brackets, and only then its grammar.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from lark import Lark
from lark.exceptions import UnexpectedInput

from moeviz.errors import FormulaError
from moeviz.model.formula.builder import Builder, grown
from moeviz.model.formula.grammar import GRAMMAR, LONGEST, Kind
from moeviz.model.formula.names import check_names
from moeviz.model.formula.refusal import check_brackets, check_characters, sentence
from moeviz.model.formula.tree import Tree


def parse_formula(text: str, kind: Kind) -> Tree:
    """Return the tree of a formula.

    Parameters
    ----------
    text : str
        What somebody typed.
    kind : Kind
        What the formula is for.

    Returns
    -------
    Tree

    Raises
    ------
    FormulaError
        If it is not a formula of that kind; the message is one sentence that says what was
        expected, what came and at which column, and what to do.
    """
    if not isinstance(text, str):
        raise FormulaError(
            f"Expected a formula as text, but got {_kind_of(text)}; write it as text."
        )
    if len(text) > LONGEST:
        raise FormulaError(
            f"Expected a formula of at most {LONGEST} characters, but got {len(text):,}; "
            "shorten it."
        )
    check_characters(text)
    check_brackets(text)
    return _parsed(text, kind)


@lru_cache(maxsize=256)
def _parsed(text: str, kind: Kind) -> Tree:
    if not text.strip():
        raise FormulaError(
            f"Expected a formula for the {kind.name}, but got nothing; write one with {kind.words}."
        )
    try:
        found = _parser(kind).parse(text)
    except UnexpectedInput as problem:
        raise FormulaError(sentence(problem, text)) from None
    tree = grown(found)
    check_names(tree, kind)
    return tree


def _kind_of(value: object) -> str:
    return f"a value of type {type(value).__name__[:40]}"


@lru_cache(maxsize=32)
def _parser(kind: Kind) -> Any:
    return Lark(GRAMMAR, parser="lalr", transformer=Builder(kind), propagate_positions=False)
