"""Which shipped verdicts are current, remembered for as long as nothing they rest on changes.

Whether a verdict is current is told by its claim's definition, and for that every claim has to be
made, with PyTorch, sympy and the whole checker: two seconds before the first line. What claims are
made of are the package's own files. So what was found is kept beside finished studies, under a name
of these files' content, and is found there until one of them is another.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import moeviz
from moeviz.engine.errors import StoreError
from moeviz.engine.store import Store
from moeviz.text import json_text

Shipped = Mapping[str, Mapping[str, str] | None]
"""Of each claim, by its id and in the catalogue's order: "date" and "version" of the verdict that
ships, or None where that is not current."""

ROOM = "claims"
MADE_OF = (
    "*.py",
    "model/**/*.py",
    "symbolic/**/*.py",
    "symbolic/catalogue/*.json",
    "symbolic/catalogue/verdicts/index.json",
)
"""The files of which claims are made, and the index of what ships."""


class Memory:
    """What is remembered of the files as they are now; made before they are read."""

    def __init__(self) -> None:
        self._place: Path | None = None
        with suppress(StoreError, OSError):
            self._place = Store().root / ROOM / f"{_content()}.json"

    def recall(self) -> Shipped | None:
        """Return what was found, or None where nothing was since a file changed."""
        if self._place is not None:
            with suppress(OSError, ValueError):
                found: Shipped = json.loads(self._place.read_text("utf-8"))
                return found
        return None

    def remember(self, found: Shipped) -> None:
        """Keep what was found, in place of what was found of other files; or not, if that fails.

        Parameters
        ----------
        found : mapping
            As :data:`Shipped` says.
        """
        if self._place is None:
            return
        with suppress(OSError):
            self._place.parent.mkdir(parents=True, exist_ok=True)
            partial = self._place.with_suffix(f".{os.getpid()}")
            partial.write_text(json_text(found, compact=True), "utf-8")
            for older in self._place.parent.glob("*.json"):
                older.unlink(missing_ok=True)
            partial.replace(self._place)


def kept_verdict(claim: str) -> dict[str, Any]:
    """Return the verdict that ships, as it was decided; of a claim that has one.

    Parameters
    ----------
    claim : str
        Its id.
    """
    path = _package() / "symbolic" / "catalogue" / "verdicts" / f"{claim}.json"
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def _content() -> str:
    """Return a name of the content of all that claims are made of."""
    digest = hashlib.sha256()
    for path in _files():
        digest.update(f"{path.name} {path.stat().st_size} ".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _files() -> list[Path]:
    package = _package()
    own = [path for pattern in MADE_OF for path in sorted(package.glob(pattern))]
    sympy = find_spec("sympy")
    if sympy is not None and sympy.origin is not None:
        # It says the version; another one may write a formula in another way.
        own.append(Path(sympy.origin).with_name("release.py"))
    return own


def _package() -> Path:
    return Path(moeviz.__file__).parent
