"""What a cell of a protocol map sets: where starts lie, and how to go on from there."""

from __future__ import annotations

from dataclasses import dataclass

from moeviz.fields import Value

TOLERANCE = 1e-6
"""The one that `multinomial` names (App. D.1), without saying of what."""


@dataclass(frozen=True, order=True)
class Law:
    """How starts scatter: independent steps of standard deviation scale * n^(-power).

    Attributes
    ----------
    scale, power : float
        Without a scale the power says nothing, and is 0.
    """

    scale: float
    power: float = 0.0

    @property
    def fields(self) -> dict[str, Value]:
        """A study's fields that say so."""
        return {"start_scale": self.scale, "start_power": self.power}


@dataclass(frozen=True)
class Way:
    """How a protocol is run from its starts.

    Attributes
    ----------
    items : tuple of (str, Value)
        A study's fields with their values.
    """

    items: tuple[tuple[str, Value], ...]

    @property
    def fields(self) -> dict[str, Value]:
        """A study's fields that say so."""
        return dict(self.items)

    @property
    def words(self) -> str:
        """What it is, in a few words."""
        said = self.fields
        if "batch" in said:
            return f"batches of {said['batch']}" if said["batch"] else "full batches"
        if said["em_rule"] == "none":
            return f"{said['em_steps']} iterations"
        what = _RULES[str(said["em_rule"])][0]
        return f"tolerance {_short(said['em_tolerance'])} of the {what}"

    @property
    def short(self) -> str:
        """The same as a name on an axis."""
        said = self.fields
        if "batch" in said:
            return str(said["batch"]) if said["batch"] else "full"
        if said["em_rule"] == "none":
            return f"{said['em_steps']} it."
        name, held = _RULES[str(said["em_rule"])][1], said["em_tolerance"]
        return name if held == TOLERANCE else f"{name} {_short(held)}"


def _short(value: Value) -> str:
    """Return a small number in as few signs as it takes: 1e-6."""
    return f"{value:g}".replace("e-0", "e-")


_RULES = {
    "mean": ("mean log-likelihood", "mean"),
    "total": ("total log-likelihood", "total"),
    "relative": ("log-likelihood's relative change", "rel."),
    "parameters": ("parameters' change", "par."),
}
"""What EM's tolerance is of, in words and as a name on an axis."""
