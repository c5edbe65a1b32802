"""The sizes in which a study comes, and the fields that each of them sets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moeviz.fields import Value
from moeviz.study import FULL, LIVE, Preset

SIZES = {LIVE: "Live size", FULL: "Full size"}
"""What they are called."""


def size_fields(preset: Preset, size: str) -> dict[str, Value]:
    """Return every field that any size of a preset sets, as one size has it.

    Parameters
    ----------
    preset : Preset
    size : str
        One of the preset's sizes.
    """
    usual = {name: preset.defaults[name] for name in preset.full}
    return {**usual, **preset.at_size(size)}


def size_now(preset: Preset, values: Mapping[str, Any]) -> str | None:
    """Return the size that the fields have; None where they have none of them.

    Parameters
    ----------
    preset : Preset
    values : mapping
        What the form says.
    """
    found = (s for s in preset.sizes if size_fields(preset, s).items() <= values.items())
    return next(found, None)
