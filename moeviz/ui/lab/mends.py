"""The fewest changes that make a study go which is refused.

One other field is changed, then two, and so on. A change is followed further only if it changes
what the refusal says, for what refuses a study first must be mended by one of the changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from moeviz.charts.cards import REGISTRIES
from moeviz.errors import MoevizError
from moeviz.fields import Value
from moeviz.model import GATES, OUTPUTS, SCORES
from moeviz.study import FIELDS, Preset
from moeviz.study.fields import OWN, PAPER
from moeviz.study.moves import STANDING
from moeviz.ui.lab.regimes import Changes

MOST_CHANGES = 4
"""Other fields that an offer may change."""

MOST_FOLLOWED = 40
"""Beginnings of an offer that are followed further; bounds the search."""


@dataclass(frozen=True)
class Begun:
    """The beginning of an offer: the way to a choice, more changes, and what still refuses it."""

    way: Changes
    more: Changes
    why: str


def refusal(preset: Preset, values: Mapping[str, Any]) -> str:
    """Return the sentence that says why a study cannot be run; empty if it can.

    Parameters
    ----------
    preset : Preset
    values : mapping
        Of all fields.
    """
    try:
        preset.build(values)
    except MoevizError as error:
        return str(error)
    return ""


def nearest(preset: Preset, values: Mapping[str, Any], begun: list[Begun]) -> Begun | None:
    """Return the way to a choice that goes with the fewest changes of other fields.

    Parameters
    ----------
    preset : Preset
    values : mapping
        Of all fields.
    begun : list of Begun
        The ways to the choice, and why each does not go as it is.

    Returns
    -------
    Begun or None
        None where none was found.
    """
    for _ in range(MOST_CHANGES):
        further: list[Begun] = []
        done: list[Begun] = []
        for start in begun[:MOST_FOLLOWED]:
            trial = {**values, **start.way, **start.more}
            for mend in _mends(trial):
                if mend.keys() & (start.way.keys() | start.more.keys()):
                    continue
                refused = refusal(preset, {**trial, **mend})
                now = Begun(start.way, {**start.more, **mend}, refused)
                if not refused:
                    done.append(now)
                    break
                if refused != start.why and now not in further:
                    further.append(now)
        if done:
            return min(done, key=lambda each: len(each.more))
        begun = further
    return None


def _mends(values: Mapping[str, Any]) -> Iterator[Changes]:
    """Return changes that may make a study go: single fields, the most natural ones first.

    What is refused of the data's model is refused of the fitted one in the same words, so that
    the two are also changed together.
    """
    for field, value in _single_mends(values):
        if value != values[field]:
            yield {field: value}
    for field, source in (("gates", "data_gate"), ("routers", "data_router")):
        if values[source] != OWN:
            names = [*_without_one(values[field]), *((name,) for name in REGISTRIES[field])]
            for each in names:
                if each != values[field]:
                    yield {field: each, source: OWN}


def _single_mends(values: Mapping[str, Any]) -> Iterator[tuple[str, Value]]:
    for field in ("gates", "estimators", "losses", "routers", "experts"):
        yield from ((field, fewer) for fewer in _without_one(values[field]))
    yield from (("gates", (name,)) for name in GATES)
    yield from (("output", name) for name in OUTPUTS)
    yield "losses", (PAPER,)
    yield from (("estimators", (name,)) for name in REGISTRIES["estimators"])
    yield "data_gate", OWN
    yield "data_router", OWN
    yield "moving", STANDING
    yield "dimension", max(score.smallest_dimension for score in SCORES.values())
    yield "design", FIELDS["design"].default
    yield "sparse", 0
    yield "flat", 0
    yield "atoms", values["true_atoms"]
    for field in (
        "true_atoms", "dimension", "start_scale", "start_unit", "replicates", "starts", "sizes",
    ):  # fmt: skip
        yield field, FIELDS[field].default
    yield from (("routers", (name,)) for name in SCORES)
    yield from (("experts", (name,)) for name in REGISTRIES["experts"])


def _without_one(chosen: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if len(chosen) > 1:
        yield from (tuple(o for o in chosen if o != each) for each in chosen)
