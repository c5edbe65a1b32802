"""Studies behind and beside the one on show: what is kept of a preset, and what was pinned."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moeviz.charts.differences import differences, differences_words
from moeviz.charts.notices import older_words
from moeviz.engine import UnknownJobError
from moeviz.study import Preset, Specification
from moeviz.study.fields import DATA, FITS, MODEL, TRUTH
from moeviz.study.kept import kept_result
from moeviz.ui.lab.drawn import Shown, screen_of, shown_kept, shown_of
from moeviz.ui.lab.form import own_model
from moeviz.ui.lab.link import FIRST_PRESET
from moeviz.ui.lab.named import named
from moeviz.ui.lab.state import STUDIES, follows, pins
from moeviz.ui.shared.studies import study_label

SIZE_OF_A_STUDY = ("sizes", "replicates", "seed", "estimators")
"""Fields of data and fits in which the same study may differ: how much is run, and what beside."""


def layers(
    preset: Preset,
    spec: Specification,
    shown: Shown | None,
    theme: str | None,
    behind: bool = True,
) -> list[dict[str, Any]]:
    """Return what is drawn behind and beside a study, as the picture takes it.

    Parameters
    ----------
    preset : Preset
        The one chosen in the form.
    spec : Specification
        What the form says.
    shown : Shown or None
        The study on show.
    theme : str or None
        The browser's theme.
    behind : bool
        Whether there is room behind the study.
    """
    kept = _behind(preset, spec, shown, theme) if behind else ()
    return [*kept, *_beside(spec, shown, theme)]


def _behind(
    preset: Preset, spec: Specification, shown: Shown | None, theme: str | None
) -> Iterator[dict[str, Any]]:
    """Return what lies faintly behind a study, or stands in its place until one is run.

    Where studies follow the form, what was kept is of other settings sooner or later; then it
    makes room for the first point, so that all curves are of what is set.
    """
    name = preset.name
    if kept_result(name) is None and shown is None:
        name = FIRST_PRESET  # of a study of one's own nothing is kept
    kept = kept_result(name)
    if kept is None or (shown is not None and _of_its_own(preset, shown)):
        return
    behind = shown_kept(name, kept).read_as(spec)
    asked = spec if name == preset.name else None
    said = f"kept full-size result of {kept.date}"
    ours = asked if shown is None else shown.spec
    other, protocol = "", ""
    if ours is not None:
        of_a_curve = (MODEL, TRUTH, DATA, FITS)
        other = named(kept.result.spec, ours, of_a_curve, SIZE_OF_A_STUDY)
        protocol = _protocol(kept.result.spec, ours)
    said += f", {other}" if other else ""
    yield {
        "name": said if name == preset.name else f"{study_label(name)}, {said}",
        "short": "kept",
        "screen": screen_of(behind, kept.result.spec["sizes"], theme, asked),
        "look": "faint",
        "warning": " ".join(filter(None, (protocol, older_words(kept.result.spec)))),
        **({"until": "point"} if follows() and shown is not None else {}),
    }


def _protocol(kept: Specification, ours: Specification) -> str:
    """Say how a kept result was run where that is another way than ours; else nothing."""
    found = differences(kept, ours, (DATA, FITS), SIZE_OF_A_STUDY)
    said = [
        f"{_small(label)}: {theirs.removesuffix('.0')}, not {here.removesuffix('.0')}"
        for label, theirs, here in found
    ]
    return f"It was not run as this study is: {'; '.join(said)}." if said else ""


def _small(label: str) -> str:
    """Return a label in the middle of a sentence; an abbreviation stays as it is."""
    return label if label[1:2].isupper() else f"{label[:1].lower()}{label[1:]}"


def _of_its_own(preset: Preset, shown: Shown) -> bool:
    """Return whether a kept result is on show already, or is one of another model."""
    return shown.name.startswith("kept.") or own_model(preset, shown.spec.fields)


def _beside(
    spec: Specification, shown: Shown | None, theme: str | None
) -> Iterator[dict[str, Any]]:
    """Return the pinned studies, each named by what tells it from the one on show."""
    for number, job_id in enumerate(pins(), 1):
        if shown is not None and shown.name == job_id:
            continue
        found = pinned(job_id)
        if found is None:
            continue
        yield {
            "name": f"pinned {number}: {pin_name(found, shown)}",
            "short": f"pinned {number}",
            "screen": screen_of(found.read_as(spec), found.spec["sizes"], theme),
            "look": "pinned",
        }


def pinned(job_id: str) -> Shown | None:
    """Return a pinned study as it stands; None for one that this server does not know.

    Parameters
    ----------
    job_id : str
    """
    try:
        snapshot = STUDIES.look(job_id)
    except UnknownJobError:
        return None
    return shown_of(snapshot)


def pin_name(found: Shown, shown: Shown | None) -> str:
    """Return what tells a pinned study from the one on show.

    Parameters
    ----------
    found : Shown
        The pinned one.
    shown : Shown or None
        The one on show.
    """
    if shown is not None and shown.name != found.name:
        return differences_words(found.spec, shown.spec)
    return study_label(found.spec.name)
