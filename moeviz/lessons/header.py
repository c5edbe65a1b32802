"""A lesson's header: title, minutes, what it needs, and where its numbers come from."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from moeviz.lessons.conditions import NAME, short
from moeviz.lessons.facts import (
    CurveKey,
    OfCells,
    OfClaim,
    OfCurve,
    OfGates,
    OfMap,
    OfTraining,
    Source,
)
from moeviz.lessons.faults import Faults
from moeviz.lessons.parts import Part
from moeviz.lessons.pictures import atoms_of, gates_of
from moeviz.lessons.table import Table, table_of

MOST_FACTS = 30
LEAST_MINUTES, MOST_MINUTES = 1, 60

_SOURCE = re.compile(NAME.partition(r"\.")[0])


@dataclass(frozen=True)
class Header:
    """What a header says.

    Attributes
    ----------
    title : str
    minutes : int
    needs : tuple of str
    facts : mapping of str to Source
    """

    title: str
    minutes: int
    needs: tuple[str, ...]
    facts: Mapping[str, Source]


def header_of(part: Part, faults: Faults) -> Header | None:
    """Return what a header says; None where its fields cannot be read.

    Parameters
    ----------
    part : Part
    faults : Faults
    """
    table = table_of(part, faults)
    if table is None:
        return None
    title = table.text("title", known=(), longest=80)
    minutes = int(table.number("minutes", LEAST_MINUTES, MOST_MINUTES))
    needs = table.texts("needs", most=6, longest=80)
    facts: dict[str, Source] = {}
    given = table.data.get("facts", {})
    if table.has("facts"):
        table.table("facts")
    if isinstance(given, dict) and len(given) > MOST_FACTS:
        table.say("facts", f"Expected at most {MOST_FACTS} sources of facts.")
    elif isinstance(given, dict):
        for name, data in given.items():
            if (source := _source(name, data, part, faults)) is not None:
                facts[name] = source
    table.end()
    return Header(title, minutes, needs, facts)


def _source(name: str, data: object, part: Part, faults: Faults) -> Source | None:
    line = next(
        (
            part.line + at
            for at, text in enumerate(part.lines)
            if re.fullmatch(rf"\[facts\.{re.escape(name)}\]", text.strip())
        ),
        part.line,
    )
    if not _SOURCE.fullmatch(name):
        faults.say(line, f"Expected a source's name of small letters, but got '{short(name)}'.")
        return None
    if not isinstance(data, dict):
        faults.say(line, f"Expected fields below [facts.{name}].")
        return None
    kinds = [kind for kind in _MADE if kind in data]
    if len(kinds) != 1:
        faults.say(line, f"Expected [facts.{name}] to have exactly one of {', '.join(_MADE)}.")
        return None
    table, before = Table(data, part, faults, f"[facts.{name}]", line), len(faults.found)
    made: Source | None = None
    with faults.at(line):
        made = _MADE[kinds[0]](table)
    table.end()
    return made if len(faults.found) == before else None


def _study(table: Table) -> Source:
    from moeviz.study import PRESETS

    kinds = ("fits", "starts", "unfinished")
    study = table.one_of("study", PRESETS)
    names = ("router", "loss", "gauge", "gate", "expert", "estimator")
    said = {name: table.text(name, "any", longest=60) for name in names}
    key = {name: "" if text == "any" else text for name, text in said.items()}
    return OfCurve(study, CurveKey(**key, kind=table.one_of("curve", kinds, "fits")))


def _gates(table: Table) -> Source:
    return OfGates(gates_of(table.text("gates")))


def _cells(table: Table) -> Source:
    first, second = table.text("cells"), table.text("then")
    return OfCells(atoms_of(first), atoms_of(second))


def _claim(table: Table) -> Source:
    return OfClaim(table.one_of("claim", claim_names()))


def claim_names() -> Collection[str]:
    """Return the ids of all claims of the catalogue."""
    from moeviz.symbolic.catalogue import CATALOGUE

    return CATALOGUE.claims


def _training(table: Table) -> Source:
    from moeviz.train.presets import PRESETS

    return OfTraining(
        table.one_of("training", PRESETS),
        table.text("method", longest=120),
        table.text("against", "the first", longest=120).replace("the first", ""),
    )


def _protocol(table: Table) -> Source:
    from moeviz.study.protocol_kept import map_names

    return OfMap(table.one_of("protocol", map_names()))


_MADE: Mapping[str, Callable[[Table], Source]] = {
    "study": _study,
    "gates": _gates,
    "cells": _cells,
    "claim": _claim,
    "training": _training,
    "protocol": _protocol,
}
"""Sources by the field that names them."""
