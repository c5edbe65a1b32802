"""What a job is called in the store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Name:
    """Three words that name a job wherever it is kept.

    Attributes
    ----------
    kind : str
        Name of its kind.
    hash : str
        Its specification's hash.
    device : str
        ``"cpu"`` or ``"cuda"``.
    """

    kind: str
    hash: str
    device: str

    def __str__(self) -> str:
        """Return them as the path that they are below the store's folder."""
        return f"{self.kind}/{self.hash}/{self.device}"

    def columns(self, **more: Any) -> dict[str, Any]:
        """Return the values of the columns that name it, and further ones."""
        return {"kind": self.kind, "hash": self.hash, "device": self.device, **more}
