"""Pictures and results of a room, made of what its steps say: one text each, for all alike."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from moeviz.charts.palette import themes_of_scenes
from moeviz.engine import Snapshot
from moeviz.errors import SpecificationError
from moeviz.lessons.blocks import Look
from moeviz.lessons.facts import OfCurve, Source
from moeviz.lessons.looks import look_document
from moeviz.lessons.pictures import picture_of
from moeviz.lessons.ran import result_of
from moeviz.lessons.results import Shipped
from moeviz.lessons.runs import Run
from moeviz.lessons.training_facts import drawn_places
from moeviz.text import json_text
from moeviz.ui.room.lesson_of import lesson_of
from moeviz.ui.shared.scripts import script_path

ROOM = 1.2
"""How far a plane goes, in lengths of its longest vector."""


@dataclass(frozen=True)
class Shown:
    """Something that is shown.

    Attributes
    ----------
    said : mapping
        What all are told of it: ``picture``, the name under which it is fetched, and its ``scene``,
        the address of a script; or a ``statement`` and what the checker ``says``; or a ``page``;
        and ``words`` below it.
    content : bytes
        The picture as packed JSON.
    """

    said: Mapping[str, Any]
    content: bytes = field(default=b"", repr=False)


def shown_of(thing: Mapping[str, Any], lesson: str, live: Snapshot | None) -> Shown:
    """Return what is shown of a thing.

    Parameters
    ----------
    thing : mapping
        ``look``, ``run`` or ``link``, as a step has it.
    lesson : str
        The lesson's file, whose curves are drawn; "" for none.
    live : Snapshot or None
        The thing's run as it stands; None for what ships.

    Raises
    ------
    MoevizError
        If there is no such thing.
    """
    if (look := thing.get("look")) is not None:
        return _look(str(look["page"]), str(look["link"]), bool(look["still"]))
    if (link := thing.get("link")) is not None:
        return Shown({"page": str(link["page"]), "words": str(link["words"])})
    said = thing.get("run")
    if not isinstance(said, Mapping):
        raise SpecificationError("Expected a picture or a result; open the room again.")
    run = Run(said["what"], str(said["name"]))
    return _run(run, [str(name) for name in said.get("curves", ())], lesson, live)


def _look(page: str, link: str, still: bool) -> Shown:
    document, scene = look_document(Look(page, link, "", picture_of(page, link), still), True)
    if document.get("bare"):
        # All of it, on whatever screen: what a hand has drawn out of the plane's middle as well.
        ends = [abs(part) for handle in document["handles"] for part in handle["at"]]
        reach = max(document["x"][1], ROOM * max(ends))
        document |= {"x": (-reach, reach), "y": (-reach, reach)}
    return _picture(document, "", scene)


def _picture(document: Mapping[str, Any], words: str, scene: str = "") -> Shown:
    data = {"document": document, "themes": themes_of_scenes()}
    content = json_text(data, compact=True).encode()
    name = hashlib.sha256(content).hexdigest()[:16]
    path = script_path(scene).removeprefix("/") if scene else ""
    said = {"picture": name, "scene": path, "words": words}
    return Shown(said, gzip.compress(content, compresslevel=6, mtime=0))


def _run(run: Run, curves: Sequence[str], lesson: str, live: Snapshot | None) -> Shown:
    own, words = _own(run, live)
    if run.what == "check":
        proof = own or Shipped().claim(run.name)
        return Shown(
            {
                "statement": proof.statement,
                "says": proof.says,
                "page": f"checker?claim={run.name}",
                "words": words or f"Kept verdict of {proof.date}.",
            }
        )
    kept = own or getattr(Shipped(), run.what)(run.name)
    words = words or f"Kept result of {kept.date}."
    return _picture(_document(run, kept.result, _sources(curves, lesson)), words)


def _own(run: Run, live: Snapshot | None) -> tuple[Any, str]:
    """Return what came of the room's own run, and what is said below it."""
    if live is None:
        return None, ""
    if live.state == "done":
        decided = run.what == "check"
        return result_of(run, live), "Decided in this room." if decided else "Run in this room."
    return result_of(run, live), "Arriving now, in this room."


def _sources(curves: Sequence[str], lesson: str) -> list[Source]:
    known = lesson_of(lesson, "room") if curves else None
    return [] if known is None else [known.facts[name] for name in curves]


def _document(run: Run, result: Any, sources: Sequence[Source]) -> dict[str, Any]:
    from moeviz.charts.lesson_pictures import protocols_document, training_document
    from moeviz.charts.lesson_slope import curves_document

    if run.what == "study":
        keys = [source.key for source in sources if isinstance(source, OfCurve)]
        return curves_document([key.of(result) for key in keys], result.spec["sizes"])
    if run.what == "protocol":
        return protocols_document(result)
    return training_document(result, drawn_places(result, sources))
