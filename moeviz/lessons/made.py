"""Blocks of a lesson's file: from their fields to what a page shows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from moeviz.lessons.asked import condition_of, question_of
from moeviz.lessons.blocks import Block, Check, If, Look, Next, Predict, Reveal, Text, Way
from moeviz.lessons.facts import OfCurve, OfTraining, Source
from moeviz.lessons.header import claim_names
from moeviz.lessons.parts import Part
from moeviz.lessons.pictures import PICTURES, link_of, picture_of
from moeviz.lessons.questions import Slope
from moeviz.lessons.runs import Run, What
from moeviz.lessons.table import Table
from moeviz.lessons.words import PAGES, checked_words

SAID = ("guess", "answer")
"""What words about an answer may name besides facts."""

_RUNS: tuple[What, ...] = ("study", "check", "protocol", "training")


@dataclass
class Making:
    """What is known while blocks are read.

    Attributes
    ----------
    sources : dict of str to Source
    known : frozenset of str
        All facts.
    asked : list of str
        Ids of the steps that predict, so far.
    """

    sources: dict[str, Source]
    known: frozenset[str]
    asked: list[str] = field(default_factory=list)


def text_block(part: Part, making: Making) -> Block:
    """Return words as a block.

    Parameters
    ----------
    part : Part
    making : Making

    Raises
    ------
    SpecificationError
        If they hold what no words may.
    """
    return Text(checked_words(part.text.strip(), making.known))


def block_of(kind: str, table: Table, making: Making) -> Block | None:
    """Return a block; None where it is not sound.

    Parameters
    ----------
    kind : str
    table : Table
    making : Making
    """
    before = len(table.faults.found)
    made: Block | None = None
    with table.faults.at(table.line()):
        made = _MADE[kind](table, making)
    table.end()
    return made if len(table.faults.found) == before else None


def _look(table: Table, making: Making) -> Look:
    page = table.one_of("page", [name for name in PAGES if name])
    link = table.text("link", "?").removeprefix("?")
    drawn = page in PICTURES and not table.has("label")
    label = "" if drawn else table.text("label", PAGES.get(page, ""), making.known, 120)
    still = table.truth("still", False)
    if drawn:
        return Look(page, link, "", picture_of(page, link), still)
    link_of(link)
    return Look(page, link, label)


def _run(table: Table, making: Making) -> Run | None:
    kinds = [kind for kind in _RUNS if table.has(kind)]
    if len(kinds) != 1:
        table.say("", f"Expected a run to have exactly one of {', '.join(_RUNS)}.")
        return None
    what = kinds[0]
    name = table.one_of(what, _names(what))
    shows = table.texts("curves", most=6)
    for each in shows:
        source = making.sources.get(each)
        fits = (isinstance(source, OfCurve) and (what, name) == ("study", source.study)) or (
            isinstance(source, OfTraining) and (what, name) == ("training", source.preset)
        )
        if not fits:
            table.say("curves", f"Expected curves to name sources of this {what}, not '{each}'.")
    if what == "study" and not shows:
        table.say(what, "Expected curves: which of the lesson's facts are drawn.")
    values = table.fields("fields") if what in ("study", "training") else {}
    made = Run(what, name, values, shows, table.truth("live", False))
    if name:
        made.specification()
    return made


def _names(what: What) -> Collection[str]:
    if what == "study":
        from moeviz.study import PRESETS

        return PRESETS
    if what == "training":
        from moeviz.train.presets import PRESETS as TRAININGS

        return TRAININGS
    if what == "protocol":
        from moeviz.study.protocol_kept import map_names

        return map_names()
    return claim_names()


def _predict(table: Table, making: Making) -> Predict | None:
    question = question_of(table, making.sources, making.known)
    return None if question is None else Predict(question)


def _reveal(table: Table, making: Making) -> Reveal | None:
    known = {*making.known, *SAID}
    if not making.asked:
        table.say("", "Expected a block predict in a step before this one.")
    of = table.one_of("of", making.asked, making.asked[-1]) if making.asked else ""
    said = {name: table.text(name, known=known) for name in ("right", "wrong")}
    near = table.text("near", said["wrong"] or "-", known)
    rows = {
        title: table.text(key, known=known)
        for key, title in (("measured", "Measured"), ("theory", "Theory"), ("paper", "Paper"))
        if table.has(key)
    }
    return Reveal(of, said["right"], near, said["wrong"], rows)


def _if(table: Table, making: Making) -> If:
    return If(
        condition_of(table, "when", making.known),
        table.text("then", known=making.known),
        table.text("otherwise", known=making.known),
    )


def _check(table: Table, making: Making) -> Check | None:
    known = {*making.known, *SAID}
    question = question_of(table, making.sources, making.known)
    right, wrong = (table.text(name, known=known) for name in ("right", "wrong"))
    near = table.text("nearly" if table.has("number") else "near", wrong or "-", known)
    shows: Look | Run | None = None
    if (inside := table.table("shows")) is not None:
        shows = _look(inside, making) if inside.has("page") else _run(inside, making)
        inside.end()
    if isinstance(question, Slope):
        table.say("slope", "Expected a check to ask for a choice, a number or an order.")
    return None if question is None else Check(question, right, near, wrong, shows)


def _next(table: Table, making: Making) -> Next:
    ways = []
    for one in table.tables("ways", 1, 6):
        page = one.one_of("page", [name for name in PAGES if name])
        label = one.text("label", known=making.known, longest=80)
        link = link_of(one.text("link", "?"))
        ways.append(Way(label, page, link))
        one.end()
    return Next(tuple(ways))


_MADE: Mapping[str, Callable[[Table, Making], Block | None]] = {
    "look": _look,
    "run": _run,
    "predict": _predict,
    "reveal": _reveal,
    "if": _if,
    "check": _check,
    "next": _next,
}
