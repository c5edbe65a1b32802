"""What a job is called for people, and where it is looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from moeviz.charts.claim_words import GROUPS, group_of
from moeviz.charts.differences import differences
from moeviz.charts.notices import older_words
from moeviz.charts.question import question_words
from moeviz.engine.folder import Folder
from moeviz.engine.kinds import kind_named
from moeviz.engine.name import Name
from moeviz.engine.store import Store
from moeviz.errors import MoevizError
from moeviz.fields import Value
from moeviz.recent import Recent
from moeviz.study import PRESETS, Specification
from moeviz.study.protocol_map import ProtocolMap
from moeviz.symbolic.request.selection import CHECK_FIELDS
from moeviz.train.presets import PRESETS as TRAININGS
from moeviz.train.specification import Training
from moeviz.ui.checker.link import CHECKER, composed, request_of
from moeviz.ui.protocols.link import FIGURE
from moeviz.ui.shared.navigation import (
    ADDRESSES,
    CONVERGENCE,
    PROTOCOLS,
    SPARSE,
)
from moeviz.ui.shared.navigation import (
    CHECKER as CHECKER_PAGE,
)

MOST_SAID = 3
"""Settings by which a study is told from others; more are counted."""

REMEMBERED = 2000
"""Names that stay in memory; a job's never changes."""


@dataclass(frozen=True)
class Called:
    """What a job is called.

    Attributes
    ----------
    kind : str
        What it is, in a word.
    title : str
    detail : str
        What tells it from others of that title; "" for nothing.
    link : str
        Where it is looked at, below the app's address; "" where it can no longer be.
    own : bool
        Whether a text of the visitor's own is in it.
    goes_on : bool
        Whether it can still be computed; of an older arithmetic it cannot.
    """

    kind: str
    title: str
    detail: str = ""
    link: str = ""
    own: bool = False
    goes_on: bool = True


def _study(spec: Specification) -> Called:
    preset = PRESETS.get(spec.name)
    link, goes_on = _link(CONVERGENCE, job=spec.hash), not older_words(spec)
    if preset is None:
        return Called("Study", spec.name, "", link, goes_on=goes_on)
    said = [f"{label} {value}" for label, value, _ in differences(spec, preset.build({}))]
    more = f" and {len(said) - MOST_SAID} more" if len(said) > MOST_SAID else ""
    detail = ", ".join(said[:MOST_SAID]) + more
    return Called("Study", preset.title, detail, link, goes_on=goes_on)


def _training(spec: Training) -> Called:
    preset = TRAININGS.get(spec.name)
    title = preset.title if preset is not None else spec.name
    own = spec.own is not None
    detail = f"{len(spec.methods)} methods, {spec['steps']:,} steps"
    detail += ", a text of your own" * own
    return Called("Training", title, detail, _link(SPARSE, job=spec.hash), own)


def _map(spec: ProtocolMap) -> Called:
    detail = f"{len(spec.laws) * len(spec.ways)} protocols"
    link = _link(PROTOCOLS, **{FIGURE: spec.preset, "job": spec.hash})
    return Called("Protocol map", PRESETS[spec.preset].title, detail, link)


def _check(check: Any) -> Called:
    request: Mapping[str, Any] = check.request
    if "compose" in request:
        values: dict[str, Value] = {name: field.default for name, field in CHECK_FIELDS.items()}
        values |= request["compose"]
        link = _link(CHECKER_PAGE, **CHECKER.write(composed(values)))
        return Called("Check", question_words(values), "one of your own", link)
    claim = str(request["claim"])
    link = _link(CHECKER_PAGE, **CHECKER.write(request_of(claim, live=True)))
    return Called("Check", f"Is it so? {GROUPS[group_of(claim)].says}.", claim, link)


_BY_KIND: Mapping[str, Callable[[Any], Called]] = {
    "studies": _study,
    "trainings": _training,
    "protocols": _map,
    "checks": _check,
}

_known: Recent[Called] = Recent(REMEMBERED)


def called(store: Store, name: Name) -> Called:
    """Return what a job is called; its identity where it cannot be read any more.

    Parameters
    ----------
    store : Store
    name : Name
    """
    try:
        return _known.get(name, lambda: _read(store, name))
    except (MoevizError, AttributeError, KeyError, TypeError, ValueError):
        return Called("Job", name.hash, "cannot be read", goes_on=False)


def _read(store: Store, name: Name) -> Called:
    folder = Folder(name, store.root, store.shelf)
    content = store.shelf.briefly(folder.read_specification)
    return _BY_KIND[name.kind](kind_named(name.kind).read(content))


def _link(page: str, **params: str) -> str:
    return f"{ADDRESSES[page]}?{urlencode(params)}"
