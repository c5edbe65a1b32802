"""Links that restore the screen: from a study's form to an address and back.

An address says ``preset``, ``v`` (the version of the fields), every field that differs from the
preset's default, ``job`` (the study on show), ``guess`` (what was predicted for each curve) and
``kept`` (1: the kept full-size result is on show).
The version is in every link because a field that a link leaves out means the default of its time.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from moeviz.errors import SpecificationError
from moeviz.study import FIELDS_VERSION, PRESETS, Specification, migrate

FIRST_PRESET = "cosine-exact"

_VERSION = re.compile(r"[0-9]{1,3}")
_JOB = re.compile(r"[0-9a-f]{16}")
_MOST_GUESSES = 40
_OWN = ("preset", "v", "job", "guess", "kept")


@dataclass(frozen=True)
class Request:
    """What an address asks for.

    Attributes
    ----------
    preset : str
        Name of a preset.
    texts : dict of str to str
        Every field of the preset, as text that :meth:`Field.read` understands.
    job : str or None
        The study on show.
    guesses : tuple of float or None
        What was predicted, curve by curve.
    kept : bool
        Whether the preset's kept full-size result is on show.
    """

    preset: str
    texts: dict[str, str]
    job: str | None = None
    guesses: tuple[float | None, ...] = field(default=())
    kept: bool = False


def read_link(params: Mapping[str, str]) -> Request:
    """Return what an address asks for.

    Parameters
    ----------
    params : mapping of str to str
        The query parameters.

    Raises
    ------
    SpecificationError
        If anything in it is not understood: a preset, a field, a value, the version, the job.
    """
    version = params.get("v", str(FIELDS_VERSION))
    if not _VERSION.fullmatch(version):
        raise SpecificationError(
            f"Expected a link of version {FIELDS_VERSION} or earlier, but this one is of version "
            f"'{short(version)}'; set the study up again."
        )
    preset = PRESETS[params.get("preset", FIRST_PRESET)]
    settings = {k: text for k, text in params.items() if k not in _OWN}
    values = preset.parse(migrate(int(version), settings, texts=True))
    texts = {f.name: f.write(values.get(f.name, f.default)) for f in preset.fields}
    guesses = _guesses(params.get("guess", ""))
    return Request(preset.name, texts, _job(params), guesses, _kept(params))


def request_for(spec: Specification, job: str | None = None) -> Request:
    """Return the request that restores the form of `spec`.

    Parameters
    ----------
    spec : Specification
    job : str, optional
        The study to show.

    Raises
    ------
    UnknownNameError
        If the specification's preset is not one of this laboratory's.
    """
    preset = PRESETS[spec.name]
    return Request(preset.name, {f.name: f.write(spec[f.name]) for f in preset.fields}, job)


def write_link(
    spec: Specification,
    job: str | None,
    guesses: Sequence[float | None] = (),
    kept: bool = False,
) -> dict[str, str]:
    """Return the query parameters that restore a screen.

    Parameters
    ----------
    spec : Specification
        What the form says.
    job : str or None
        The study on show.
    guesses : sequence of float or None
        What was predicted, curve by curve.
    kept : bool
        Whether the kept full-size result is on show.
    """
    params = {"preset": spec.name, "v": str(FIELDS_VERSION), **PRESETS[spec.name].changed(spec)}
    if job is not None:
        params["job"] = job
    if any(guess is not None for guess in guesses):
        params["guess"] = ",".join("" if guess is None else f"{guess:g}" for guess in guesses)
    if kept:
        params["kept"] = "1"
    return params


def _job(params: Mapping[str, str]) -> str | None:
    job = params.get("job")
    if job is not None and not _JOB.fullmatch(job):
        raise SpecificationError(
            f"Expected the job to be 16 hexadecimal digits, but got '{short(job)}'; "
            "the link may have been cut short."
        )
    return job


def _kept(params: Mapping[str, str]) -> bool:
    kept = params.get("kept", "0")
    if kept not in ("0", "1"):
        raise SpecificationError(
            f"Expected kept to be 1 or to be left out, but got '{short(kept)}'."
        )
    return kept == "1"


def _guesses(text: str) -> tuple[float | None, ...]:
    parts = text.split(",") if text else []
    try:
        values = tuple(float(part) if part.strip() else None for part in parts)
        fine = len(values) <= _MOST_GUESSES
        fine = fine and all(v is None or (math.isfinite(v) and abs(v) <= 10) for v in values)
    except ValueError:
        fine = False
    if not fine:
        raise SpecificationError(
            f"Expected the guesses to be slopes between -10 and 10, separated by commas, but got "
            f"'{short(text)}'."
        )
    return values


def short(text: str) -> str:
    """Return the beginning of what somebody typed, fit for a sentence."""
    return "".join(c if c.isprintable() else " " for c in text[:40])
