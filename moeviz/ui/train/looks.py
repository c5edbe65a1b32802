"""The tokens of training runs: addresses at which a component finds where each of them went.

What a checkpoint saw does not change, so that a browser keeps it for good; the address of a kept
result carries a digest of it.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from moeviz.engine import UnknownJobError
from moeviz.errors import MoevizError, SpecificationError
from moeviz.text import json_text
from moeviz.train.kept import KeptTraining, kept
from moeviz.train.plan import Run, stretch_id
from moeviz.train.shown import shown_tokens
from moeviz.train.specification import Training
from moeviz.train.tasks import make_task
from moeviz.ui.shared.datafile import FOREVER
from moeviz.ui.shared.link import short
from moeviz.ui.shared.misses import MISSES, TOO_MANY
from moeviz.ui.shared.stream import asker
from moeviz.ui.train.state import RUNS

PATH = "/moeviz/training"

TOKENS = "tokens"
"""The name of what the tokens are; any other one is that of a stretch."""

MOST_WAITING = 200
"""Questions that may wait at the same time; forty visitors each ask for four."""

REMEMBERED = 256
"""Answers that are kept, the latest; one has some ten kilobytes."""

_KEPT = re.compile(r"kept-([a-z0-9-]{1,40})-([0-9a-f]{12})")
_BLOCK = re.compile(r"m\d{1,3}-s\d{1,9}-d\d{1,3}-\d{3,5}", re.ASCII)
_DOMAIN = re.compile(r"[0-9]{1,3}")

_few = ThreadPoolExecutor(2, thread_name_prefix="moeviz-training")
"""More at once would only wait for each other, and keep the pages' scripts waiting."""


def kept_source(name: str, found: KeptTraining) -> str:
    """Return the part of addresses that stands for a kept result.

    Parameters
    ----------
    name : str
        The preset's.
    found : KeptTraining
    """
    said = f"{found.date} {found.device} {found.result.spec.hash}"
    return f"kept-{name}-{hashlib.sha256(said.encode()).hexdigest()[:12]}"


def looks_route(base: str) -> Route:
    """Return the route of what checkpoints saw, and of what the tokens are.

    Parameters
    ----------
    base : str
        The path below which the whole app lives, as ``/lab``; "" for none.

    Returns
    -------
    Route
        ``<base>/moeviz/training/<source>/<stretch>.json`` answers with a record's ``look``, and
        ``.../tokens.json`` with :func:`~moeviz.train.shown.shown_tokens`, by itself of the first
        domain that is left out; ``?domain=3`` asks for another. A source is a job or a kept
        result. 404 and a sentence where there is none.
    """
    waiting = [0]

    async def serve(request: Request) -> Response:
        if waiting[0] >= MOST_WAITING:
            return _sentence(
                503,
                f"Expected at most {MOST_WAITING} questions for tokens at once, but there are as "
                "many already; ask again in a moment.",
            )
        source, name = (str(request.path_params[part]) for part in ("source", "name"))
        if MISSES.too_many(asker(request)):
            return _sentence(429, TOO_MANY)
        domain = str(request.query_params.get("domain", "")) if name == TOKENS else ""
        waiting[0] += 1
        try:
            packed = await asyncio.get_running_loop().run_in_executor(
                _few, answer, source, name, domain
            )
        except MoevizError as error:
            if isinstance(error, UnknownJobError):
                MISSES.note(asker(request), source)
            return _sentence(404, str(error))
        finally:
            waiting[0] -= 1
        headers = {"Content-Encoding": "gzip", **FOREVER}
        return Response(packed, media_type="application/json", headers=headers)

    return Route(f"{base}{PATH}/{{source}}/{{name}}.json", serve)


@lru_cache(maxsize=REMEMBERED)
def answer(source: str, name: str, domain: str = "") -> bytes:
    """Return what stands at an address, as packed JSON.

    Parameters
    ----------
    source : str
        A job, or what :func:`kept_source` returns.
    name : str
        A stretch, or ``tokens``.
    domain : str
        Of the tokens, a place; empty for the first one that the run leaves out.

    Raises
    ------
    MoevizError
        If there is no such source, or nothing of that name yet.
    """
    spec, records, tokens = _found(source)
    if name != TOKENS:
        found = _look(records, name)
    else:
        wanted = _domain(spec, domain)
        first = wanted == spec.domains[0]
        # Another version of Python ships another text than the one that was learned.
        found = tokens if tokens is not None and first else _tokens(spec, wanted)
    return gzip.compress(json_text(found, compact=True).encode(), compresslevel=6, mtime=0)


def _found(source: str) -> tuple[Training, Mapping[str, Any], Mapping[str, Any] | None]:
    """Return what a source learned, its records by stretches, and tokens that are kept with it."""
    told = _KEPT.fullmatch(source)
    if told is None:
        snapshot = RUNS.find(source)
        return snapshot.spec, snapshot.results, None
    there = kept(told[1])
    if there is None or kept_source(told[1], there) != source:
        raise UnknownJobError(
            "Expected a result that is kept, but this version keeps another one, or none, of that "
            "name; reload the page."
        )
    return there.result.spec, _by_stretch(there.result.records), there.tokens


def _by_stretch(records: Mapping[Run, Sequence[Any]]) -> dict[str, Any]:
    return {
        stretch_id(run, number): record
        for run, there in records.items()
        for number, record in enumerate(there)
    }


def _look(records: Mapping[str, Any], name: str) -> Any:
    if not _BLOCK.fullmatch(name):
        raise SpecificationError(
            "Expected the name of a stretch, as m0-s1-d0-003, or tokens; look at the address again."
        )
    if name not in records or records[name].get("look") is None:
        raise SpecificationError(
            f"Expected a checkpoint that was looked at, but there is nothing of {name} yet; wait "
            "for it, or run it again."
        )
    return records[name]["look"]


def _domain(spec: Training, text: str) -> int:
    """Return the domain that is asked for, by itself the first that the run leaves out."""
    known = spec.domains
    if text and (not _DOMAIN.fullmatch(text) or int(text) not in known):
        raise SpecificationError(
            f"Expected a domain that the run leaves out ({', '.join(map(str, known))}), but got "
            f"'{short(text)}'; leave it out."
        )
    return int(text) if text else known[0]


def _tokens(spec: Training, domain: int) -> Mapping[str, Any]:
    return shown_tokens(make_task(spec.fields, spec.own, domain))


def _sentence(status: int, sentence: str) -> Response:
    text = json_text({"message": sentence})
    return Response(text, status, {"Cache-Control": "no-store"}, media_type="application/json")
