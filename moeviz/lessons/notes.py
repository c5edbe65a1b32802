"""Notes for teachers, step by step; for a lecturer's screen, never for students."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

from moeviz.lessons.reader import NAME
from moeviz.lessons.shelf import FOLDER, NOTES, name_of

MOST_BYTES = 20_000
LONGEST = 6000
"""Letters of the notes of one step."""

_HEADING = re.compile(r"(?m)^##\s+([a-z][a-z0-9-]{0,30})\s*$")


def notes_of(lesson: str) -> Mapping[str, str]:
    """Return the notes of a lesson by the ids of its steps; under "" what is said of all.

    Parameters
    ----------
    lesson : str
        Its name; of one without notes nothing is returned.
    """
    text = _text(lesson) if NAME.fullmatch(lesson) else ""
    before, *parts = _HEADING.split(text)
    found = {"": before.partition("\n")[2].strip()} if before.strip() else {}
    found |= {name: words.strip() for name, words in zip(parts[::2], parts[1::2], strict=True)}
    return {name: words[:LONGEST] for name, words in found.items()}


def notes_folder() -> Path:
    """Return the folder of the notes that ship."""
    return Path(str(resources.files("moeviz.lessons") / "teaching"))


def _text(lesson: str) -> str:
    paths = [notes_folder() / f"{lesson}.md"]
    if own := os.environ.get(FOLDER, ""):
        files = sorted(Path(own).glob(f"*{NOTES}"))[:50]
        paths += [path for path in files if name_of(path.name.removesuffix(NOTES)) == lesson]
    for path in paths:
        try:
            with path.open("rb") as file:
                return file.read(MOST_BYTES).decode("utf-8", "replace")
        except OSError:
            continue
    return ""
