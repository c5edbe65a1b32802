"""Questions of a lesson's file: a choice, a number, a slope, an order."""

from __future__ import annotations

import re
from collections.abc import Collection

from moeviz.lessons.conditions import Condition, read_condition, short
from moeviz.lessons.facts import OfCurve, Source
from moeviz.lessons.questions import Choice, Item, Number, Option, Order, Question, Slope
from moeviz.lessons.table import Table
from moeviz.ruler import NEAR_SLOPE

FEWEST, MOST = 2, 6
"""Options, and things to be put in order."""

KINDS = ("options", "number", "slope", "items")
FARTHEST = 1e6

_NAME = re.compile(r"[a-z][a-z0-9-]{0,20}")


def question_of(
    table: Table, sources: dict[str, Source], known: Collection[str]
) -> Question | None:
    """Return what a block asks; None where it is not sound.

    Parameters
    ----------
    table : Table
        The block's fields.
    sources : dict of str to Source
    known : collection of str
        All facts of the lesson.
    """
    before = len(table.faults.found)
    text = table.text("question", known=known)
    kinds = [kind for kind in KINDS if table.has(kind)]
    if len(kinds) != 1:
        table.say("", f"Expected a question to have exactly one of {', '.join(KINDS)}.")
        return None
    if kinds[0] == "options":
        made: Question = Choice(text, _options(table, known))
    elif kinds[0] == "items":
        falls = table.one_of("order", ("rising", "falling"), "rising") == "falling"
        made = Order(text, _items(table, sources, known), falls)
    else:
        made = _number(kinds[0], text, table, sources, known)
    return made if len(table.faults.found) == before else None


def fact_of(table: Table, key: str, known: Collection[str], default: str | None = None) -> str:
    """Return the name of a fact that a field holds.

    Parameters
    ----------
    table : Table
    key : str
    known : collection of str
    default : str or None
        Without it the field must be there.
    """
    if known:
        return table.one_of(key, known, default)
    table.text(key, default)
    table.say(key, f"Expected {key} to name a fact, but no source of this lesson is sound.")
    return ""


def condition_of(table: Table, key: str, known: Collection[str]) -> Condition:
    """Return the condition that a field holds.

    Parameters
    ----------
    table : Table
    key : str
    known : collection of str
    """
    text = table.text(key)
    if not text:
        return ()
    found: Condition = ()
    with table.faults.at(table.line(key)):
        found = read_condition(text)
    for name in (name for each in found for name in each.names):
        if name not in known:
            table.say(key, f"Expected a fact of this lesson in {key}, but got '{short(name)}'.")
    return found


def _options(table: Table, known: Collection[str]) -> tuple[Option, ...]:
    found = []
    for one in table.tables("options", FEWEST, MOST):
        name = _named(one)
        label = one.text("label", known=known, longest=160)
        found.append(Option(name, label, condition_of(one, "when", known)))
        one.end()
    _once(table, "options", [option.name for option in found])
    return tuple(found)


def _items(table: Table, sources: dict[str, Source], known: Collection[str]) -> tuple[Item, ...]:
    found = []
    for one in table.tables("items", FEWEST, MOST):
        name = _named(one)
        label = one.text("label", known=known, longest=160)
        fact = fact_of(one, "fact", known)
        source, _, what = fact.partition(".")
        slope = what == "slope" and isinstance(sources.get(source), OfCurve)
        found.append(Item(name, label, fact, _between(one, source if slope else "", known)))
        one.end()
    _once(table, "items", [item.name for item in found])
    return tuple(found)


def _named(table: Table) -> str:
    name = table.text("name", longest=40)
    if name and not _NAME.fullmatch(name):
        table.say("name", f"Expected a name of small letters, but got '{short(name)}'.")
    return name


def _once(table: Table, key: str, names: list[str]) -> None:
    if len(set(names)) < len(names):
        table.say(key, f"Expected each name in {key} once.")


def _between(table: Table, curve: str, known: Collection[str]) -> tuple[str, str] | None:
    """Return the facts between which a number lies, by themselves those of a curve's slope."""
    ends = table.texts("between", most=2)
    if not ends and curve:
        ends = (f"{curve}.low", f"{curve}.high")
    if ends and (len(ends) != 2 or any(end not in known for end in ends)):
        table.say("between", "Expected between to name two facts of this lesson.")
        return None
    return (ends[0], ends[1]) if ends else None


def _number(
    kind: str, text: str, table: Table, sources: dict[str, Source], known: Collection[str]
) -> Question:
    slope = kind == "slope"
    fact = fact_of(table, kind, known)
    low = table.number("low", -FARTHEST, FARTHEST, -1.5 if slope else None)
    high = table.number("high", -FARTHEST, FARTHEST, 0.5 if slope else None)
    step = table.number("step", 1e-3, FARTHEST, 0.05 if slope else None)
    start = table.number("start", -FARTHEST, FARTHEST, 0.0 if slope else low)
    near = table.number("near", 0.0, FARTHEST, NEAR_SLOPE if slope else step)
    if not low <= start <= high or not low < high or (high - low) / step > 1000:
        table.say(kind, "Expected low < high, start between them, and at most 1000 steps.")
    source = fact.partition(".")[0]
    interval = _between(table, source if slope else "", known)
    if not slope:
        return Number(text, fact, low, high, step, start, near, interval)
    if fact and not (isinstance(sources.get(source), OfCurve) and fact.endswith(".slope")):
        table.say(kind, f"Expected the slope of a study's curve, but got '{short(fact)}'.")
    beside = table.texts("beside", most=3)
    for name in beside:
        if not isinstance(sources.get(name), OfCurve) or name == source:
            table.say("beside", f"Expected beside to name other curves, but got '{short(name)}'.")
    return Slope(text, fact, low, high, step, start, near, interval, source, beside)
