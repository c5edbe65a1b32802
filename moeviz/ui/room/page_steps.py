"""What a room shows and asks that was opened from a page: its picture, its study, its verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from moeviz.errors import MoevizError
from moeviz.rooms.step import Step

CONVERGENCE = "convergence"
"""The page whose link says a study: a room that is opened there asks for its slope."""

Link = Mapping[str, str]


def steps_of(address: str, link: Link, looks: Step) -> tuple[Step, ...]:
    """Return a page's steps.

    Parameters
    ----------
    address : str
        The page's.
    link : mapping of str to str
        What stands behind it.
    looks : Step
        That leads to the page.
    """
    if address == CONVERGENCE:
        return (looks, *_slope(link, looks.page))
    try:
        if address in _PICTURES:
            return (_picture(address, link, looks),)
        run = _RUNS[address](link) if address in _RUNS else None
        return (looks if run is None else _runs(run, looks),)
    except (MoevizError, KeyError):  # What cannot be read here the page itself may still show.
        return (looks,)


def _picture(address: str, link: Link, looks: Step) -> Step:
    from moeviz.lessons.pictures import picture_of

    said = urlencode(link)
    picture_of(address, said)
    return replace(looks, shows=({"look": {"page": address, "link": said, "still": False}},))


def _runs(run: Mapping[str, Any], looks: Step) -> Step:
    shows = {"run": {"what": run["what"], "name": run["name"], "curves": []}}
    return replace(looks, shows=(shows,), run={**run, "curve": 0})


def _check(link: Link) -> Mapping[str, Any] | None:
    from moeviz.symbolic.catalogue import CATALOGUE
    from moeviz.ui.checker.link import FIRST_CLAIM

    if "compose" in link:
        return None
    name = link.get("claim", FIRST_CLAIM)
    name = name if name in CATALOGUE.claims else CATALOGUE.find(name)[0].id
    return {"what": "check", "name": name, "values": {}}


def _map(link: Link) -> Mapping[str, Any] | None:
    from moeviz.ui.protocols.link import FIGURE, PROTOCOLS_PAGE

    name = PROTOCOLS_PAGE.read(dict(link)).own[FIGURE]
    return {"what": "protocol", "name": name, "values": {}}


def _training(link: Link) -> Mapping[str, Any] | None:
    from moeviz.train.presets import PRESETS
    from moeviz.ui.train.link import PRESET, TEXT, TRAIN

    request = TRAIN.read(dict(link))
    if request.own[TEXT] is not None:
        return None
    preset = PRESETS[request.own[PRESET]]
    values = preset.changed(preset.build(request.values))
    return {"what": "training", "name": preset.name, "values": values}


_PICTURES = ("gates", "cells")
_RUNS = {"checker": _check, "protocols": _map, "train": _training}


def _slope(link: Link, page: str) -> list[Step]:
    """Return the question for the slope of a study's first curve, where the link says a study."""
    from moeviz.study import PRESETS, plan
    from moeviz.ui.lab.link import LAB

    try:
        request = LAB.read(link)
        preset = PRESETS[request.own["preset"]]
        spec = preset.build(request.values)
        first = plan(spec).curves[0]
    except (MoevizError, IndexError):
        return []
    sizes = (float(min(spec["sizes"])), float(max(spec["sizes"])))
    values = preset.changed(spec)
    run = {"what": "study", "name": preset.name, "values": values, "curve": 0}
    words = f"The error of “{first.label}” while data grow from {min(spec['sizes']):,} to "
    words += f"{max(spec['sizes']):,}: 0 is flat, −0.5 falls like one over the square root of n."
    asks = preset.asks or "How steep will the error fall? Draw its line."
    return [Step("slope", asks, "slope", words=words, page=page, run=run, low=-1.5, sizes=sizes)]
