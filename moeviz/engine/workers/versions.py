"""Which moeviz a process computes with, as a name that workers give their scheduler.

Numbers of two arithmetics must never stand side by side. So each worker names a resource that says
which moeviz it has, and each block asks for that of its server: one that has another moeviz is
given nothing, and who looks is told what it has.
"""

from __future__ import annotations

import hashlib
import re
import sys
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import moeviz

PLENTY = 1e6
"""How much of this resource a worker has; each block asks for one."""

PARTS = ("errors.py", "fields.py", "kernels.py", "text.py", "later.py", "model", "theory",
         "estimate", "study", "train", "engine")  # fmt: skip
"""What a block's numbers, and its way to a worker, come from."""

LIBRARIES = ("torch", "numpy", "distributed")
"""Libraries whose versions count; of PyTorch's builds of one version for several devices all do."""

_PREFIX = "moeviz"
_ROOT = Path(moeviz.__file__).parent
_NUMBERS = re.compile(r"^NUMBERS_VERSION = (\d+)$", re.MULTILINE)


@dataclass(frozen=True)
class Made:
    """What a process computes with.

    Attributes
    ----------
    version : str
        Of moeviz.
    numbers : int
        Of its arithmetic.
    digest : str
        Of its sources, Python and the libraries.
    """

    version: str
    numbers: int
    digest: str

    @property
    def name(self) -> str:
        """The resource's name."""
        return f"{_PREFIX}-{self.version}-{self.numbers}-{self.digest}"

    @staticmethod
    def read(name: str) -> Made | None:
        """Return what a resource's name says, or None where it says something else."""
        match name.split("-"):
            case [prefix, version, numbers, digest] if prefix == _PREFIX and numbers.isdigit():
                return Made(version, int(numbers), digest)
        return None


@cache
def made() -> Made:
    """Return what this process computes with.

    Read off the files: what they say is not imported, since a server may not have done so yet.
    """
    content = hashlib.sha256()
    for part in PARTS:
        path = _ROOT / part
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            content.update(file.relative_to(_ROOT).as_posix().encode() + b"\0")
            content.update(file.read_bytes() + b"\0")
    for library in LIBRARIES:
        content.update(f"{library} {_version(library)}\0".encode())
    content.update(f"{sys.version_info[:2]}".encode())
    text = (_ROOT / "study" / "versions.py").read_text(encoding="utf-8")
    found = _NUMBERS.search(text)
    numbers = int(found[1]) if found else 0
    return Made(moeviz.__version__.replace("-", "."), numbers, content.hexdigest()[:8])


def difference(ours: Made, theirs: Made | None) -> str:
    """Say how a worker's moeviz differs from the server's, as the end of a sentence.

    Parameters
    ----------
    ours, theirs : Made
        None where it says nothing of it.
    """
    if theirs is None:
        return "says nothing of its moeviz"
    if (theirs.version, theirs.numbers) != (ours.version, ours.numbers):
        return (
            f"has moeviz {theirs.version[:20]} with numbers {theirs.numbers}, and this server "
            f"{ours.version} with numbers {ours.numbers}"
        )
    return "has other sources, another Python or other libraries than this server"


def _version(library: str) -> str:
    try:
        return version(library).partition("+")[0]
    except PackageNotFoundError:
        return ""
