"""Where facts are looked up: what ships, and what was run in its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from moeviz.charts.proofs import Proof, proofs
from moeviz.errors import SpecificationError
from moeviz.study.kept import KeptResult, kept_result


class Results(Protocol):
    """Results by kind and name; what is missing is refused in a sentence."""

    def study(self, name: str) -> KeptResult:
        """Return a study's result by its preset."""

    def training(self, name: str) -> Any:
        """Return a comparison of trainings by its preset."""

    def protocol(self, name: str) -> Any:
        """Return a map of protocols by its figure."""

    def claim(self, name: str) -> Proof:
        """Return what the checker says of a claim."""


class Shipped:
    """What ships with the project: kept results and verdicts."""

    def study(self, name: str) -> KeptResult:
        """Return a study's kept result.

        Parameters
        ----------
        name : str

        Raises
        ------
        SpecificationError
            If none is kept.
        """
        found: KeptResult = _there(kept_result(name), "study", name, "keep")
        return found

    def training(self, name: str) -> Any:
        """Return a kept comparison of trainings.

        Parameters
        ----------
        name : str

        Raises
        ------
        SpecificationError
            If none is kept.
        """
        from moeviz.train.kept import kept

        return _there(kept(name), "training", name, "keep")

    def protocol(self, name: str) -> Any:
        """Return a kept map of protocols.

        Parameters
        ----------
        name : str

        Raises
        ------
        SpecificationError
            If none is kept.
        """
        from moeviz.study.protocol_kept import kept_map

        return _there(kept_map(name), "map", name, "protocols --keep")

    def claim(self, name: str) -> Proof:
        """Return the verdict that ships.

        Parameters
        ----------
        name : str
        """
        (proof,) = proofs([name])
        return proof


@dataclass(frozen=True)
class Beside:
    """Results some of which stand in place of what ships.

    Attributes
    ----------
    runs : mapping
        Results by kind and name: ``("study", "cosine-exact")``.
    under : Results
        Asked for all others.
    """

    runs: Mapping[tuple[str, str], Any]
    under: Results = field(default_factory=Shipped)

    def study(self, name: str) -> KeptResult:
        """Return a study's result by its preset."""
        found: KeptResult | None = self.runs.get(("study", name))
        return found if found is not None else self.under.study(name)

    def training(self, name: str) -> Any:
        """Return a comparison of trainings by its preset."""
        return self.runs.get(("training", name)) or self.under.training(name)

    def protocol(self, name: str) -> Any:
        """Return a map of protocols by its figure."""
        return self.runs.get(("protocol", name)) or self.under.protocol(name)

    def claim(self, name: str) -> Proof:
        """Return what the checker says of a claim."""
        found: Proof | None = self.runs.get(("check", name))
        return found if found is not None else self.under.claim(name)


def _there(found: Any, noun: str, name: str, command: str) -> Any:
    if found is None:
        raise SpecificationError(
            f"Expected a kept result of the {noun} {name}, but there is none; "
            f"'python -m moeviz {command} {name}' makes one."
        )
    return found
