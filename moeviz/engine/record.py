"""Where the computing of a job stands, as the store keeps it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from moeviz.engine.errors import DamagedFileError
from moeviz.engine.owner import SILENT_SECONDS, Owner
from moeviz.engine.snapshot import ACTIVE, STATES, JobState


@dataclass(frozen=True)
class Record:
    """What is said of a job.

    Attributes
    ----------
    state : str
        One of :data:`~moeviz.engine.snapshot.STATES`.
    message : str
        One sentence for people.
    seconds : float
        Time spent computing so far.
    version : int
        Grows with every change.
    owner : Owner or None
        The engine that wrote it.
    beat : float
        When it was written, in seconds since the epoch.
    lease : float
        Until when its owner counts as alive where nobody can look; each of the owner's writes, of
        this job or another, makes it longer.
    """

    state: JobState
    message: str = ""
    seconds: float = 0.0
    version: int = 0
    owner: Owner | None = None
    beat: float = 0.0
    lease: float = field(default=0.0, compare=False)

    @property
    def taken(self) -> bool:
        """Whether a living engine is computing this job."""
        if self.owner is None or self.state not in ACTIVE:
            return False
        return self.owner.lives(max(self.beat, self.lease - SILENT_SECONDS))

    def to_json(self) -> dict[str, Any]:
        """Return the record as a JSON-able mapping."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Any, path: Path | str) -> Record:
        """Read what :meth:`to_json` wrote, by this version or one that writes more.

        Raises
        ------
        DamagedFileError
            If `data`, which was read from `path`, is something else.
        """
        try:
            state = data["state"]
            if state not in STATES:
                raise ValueError(f"unknown state {state!r}")
            return cls(
                state=state,
                message=str(data["message"]),
                seconds=float(data["seconds"]),
                version=int(data["version"]),
                owner=Owner.from_json(data["owner"]),
                beat=float(data["beat"]),
                lease=float(data.get("lease", 0.0)),
            )
        except (KeyError, TypeError, ValueError, OverflowError, AttributeError) as error:
            raise DamagedFileError(
                f"Expected the state of a job in {path}, but it holds something else "
                f"({error!r}); delete the file."
            ) from error
