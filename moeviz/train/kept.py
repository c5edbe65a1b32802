"""Kept results: comparisons that were run before and ship with the project, as data.

Each is a compressed JSON file beside this module. Of every run the curves and diagnostics are
kept; of the runs of the first seed, with the first domain left out, also where every token went at
every checkpoint. Scores are not. ``python -m moeviz keep NAME`` makes one.
"""

from __future__ import annotations

import base64
import json
import lzma
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from moeviz.errors import SpecificationError
from moeviz.text import json_text
from moeviz.train.measure import LEARNED
from moeviz.train.packed import PLACES
from moeviz.train.plan import Run, runs
from moeviz.train.readings import Record, read
from moeviz.train.result import TrainingResult
from moeviz.train.specification import Training
from moeviz.train.tasks import make_task

FOLDER, ENDING = "results", ".json.xz"

NUMBERS = (
    "change", "agreement", "use_entropy", "weight_entropy", "load", "score_norm", "similarity",
    "rank_down", "truth",
)  # fmt: skip
"""What is kept of a layer of every run."""

TOKENS = ("chosen", "winners", "weights")
"""What is kept besides of the runs whose tokens are."""

LEVELS = 31
"""Steps of a weight that is kept: its depth of colour is all that is shown."""

DIGITS = 5
"""Of numbers that are kept."""


@dataclass(frozen=True, eq=False)
class KeptTraining:
    """A result that is kept.

    Attributes
    ----------
    date : str
        When it was run, as ISO has it.
    device : str
        Where.
    result : TrainingResult
    tokens : mapping
        What the tokens are whose routing is kept, as :func:`~moeviz.train.shown.shown_tokens` has
        it: another version of Python ships another text.
    """

    date: str
    device: str
    result: TrainingResult
    tokens: Mapping[str, Any]


def kept_folder() -> Path:
    """Return the folder of the kept results."""
    return Path(str(resources.files("moeviz.train") / FOLDER))


@lru_cache(maxsize=1)
def kept_names() -> tuple[str, ...]:
    """Return the presets of which a result is kept."""
    return tuple(
        sorted(path.name.removesuffix(ENDING) for path in kept_folder().glob(f"*{ENDING}"))
    )


@lru_cache(maxsize=16)
def kept(name: str) -> KeptTraining | None:
    """Return the kept result of a preset, or None.

    Parameters
    ----------
    name : str
        A preset's name.

    Raises
    ------
    SpecificationError
        If the file is not one that :func:`keep` wrote.
    """
    if name not in kept_names():
        return None
    try:
        data = json.loads(lzma.decompress((kept_folder() / f"{name}{ENDING}").read_bytes()))
        return _read(data)
    except (lzma.LZMAError, ValueError, KeyError, TypeError) as error:
        raise SpecificationError(
            f"Expected a kept result of '{name}', but its file is damaged; keep it again."
        ) from error


def keep(name: str, result: TrainingResult, date: str, device: str) -> Path:
    """Write a result into the project's own folder.

    Parameters
    ----------
    name : str
        A preset's name.
    result : TrainingResult
    date, device : str
        When and where it was run.
    """
    folder = kept_folder()
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}{ENDING}"
    path.write_bytes(lzma.compress(json_text(_plain(result, date, device), compact=True).encode()))
    kept_names.cache_clear()
    kept.cache_clear()
    return path


def _plain(result: TrainingResult, date: str, device: str) -> dict[str, Any]:
    from moeviz.train.shown import shown_tokens  # looks into networks

    spec = result.spec
    domain = spec.domains[0]
    task = make_task(spec.fields, spec.own, domain)
    return {
        "date": date,
        "device": device,
        "ran_on": result.device,
        "seconds": round(result.seconds, 1),
        "spec": spec.to_json(),
        "baseline": result.baseline,
        "tokens": shown_tokens(task),
        "records": {
            run.id: [_slim(each, run.seed == spec["seed"] and run.domain == domain) for each in own]
            for run, own in result.records.items()
        },
    }


def _read(data: Mapping[str, Any]) -> KeptTraining:
    spec = Training.from_json(data["spec"], today=False)
    records: dict[Run, Sequence[Record]] = {run: data["records"][run.id] for run in runs(spec)}
    complete = all(len(own) == len(spec.steps_at) for own in records.values())
    result = TrainingResult(
        spec, data["ran_on"], data["seconds"], complete, records, data["baseline"]
    )
    return KeptTraining(data["date"], data["device"], result, data["tokens"])


def _slim(record: Record, tokens: bool) -> dict[str, Any]:
    """Return a record without what is large: each step's loss, scores, and tokens of most runs."""
    slim = {key: value for key, value in record.items() if key not in ("look", "seconds")}
    slim["train"] = [read(record, LEARNED)]
    seen = record.get("look")
    if seen is not None:
        layers = [_layer(layer, tokens) for layer in seen["layers"]]
        slim["look"] = {"loss": seen["loss"], "layers": layers}
    return dict(_short(slim))


def _layer(layer: Record, tokens: bool) -> dict[str, Any]:
    slim = {name: layer[name] for name in NUMBERS if name in layer}
    if tokens:
        slim |= {name: _coarse(layer[name]) for name in TOKENS if name in layer}
    return slim


def _coarse(packed: Mapping[str, Any]) -> dict[str, Any]:
    """Return packed numbers with few places between their ends, which take less when compressed."""
    if packed["kind"] != "u2":
        return dict(packed)
    places = np.frombuffer(base64.b64decode(packed["data"]), dtype="<u2")
    coarse = np.rint(np.rint(places / PLACES * LEVELS) / LEVELS * PLACES).astype("<u2")
    return {**packed, "data": base64.b64encode(coarse.tobytes()).decode("ascii")}


def _short(value: Any) -> Any:
    """Return plain data whose numbers keep few digits."""
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") if np.isfinite(value) else None
    if isinstance(value, Mapping):
        # Packed numbers are places between two ends, which stay as they are.
        return value if "data" in value else {key: _short(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_short(part) for part in value]
    return value
