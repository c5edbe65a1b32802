"""What a lesson runs: a study, a check, a protocol map or a training run, by preset and fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from moeviz.errors import SpecificationError

What = Literal["study", "check", "protocol", "training"]

SEED = "truth_seed"
"""The field of a study that a live run changes: another seed draws another truth."""

LAST_SEED = 9999


@dataclass(frozen=True)
class Run:
    """Something that is run; its kept result is shown until then, and wherever it cannot be.

    Attributes
    ----------
    what : {"study", "check", "protocol", "training"}
    name : str
        A preset's, or a claim's id.
    values : mapping of str to str
        Fields of a live run that differ from the preset's.
    shows : tuple of str
        Sources of the lesson whose curves are drawn, in that order.
    live : bool
        Whether visitors may run it.
    """

    what: What
    name: str
    values: Mapping[str, str] = field(default_factory=dict, hash=False)
    shows: tuple[str, ...] = ()
    live: bool = False

    def specification(self, seed: int | None = None) -> Any:
        """Return what the engine runs, or for a check what the checker decides.

        Parameters
        ----------
        seed : int or None
            Of the truth, or of a training's draws; None for the preset's own. A check and a map
            have none.

        Raises
        ------
        SpecificationError
            If the preset does not exist, or does not go with the values.
        """
        if seed is not None and not 1 <= seed <= LAST_SEED:
            raise SpecificationError(f"Expected a seed from 1 to {LAST_SEED}, but got {seed}.")
        if self.what == "study":
            from moeviz.study import PRESETS

            texts = {**self.values, **({} if seed is None else {SEED: str(seed)})}
            preset = PRESETS[self.name]
            return preset.build(preset.parse(texts))
        if self.what == "training":
            from moeviz.train.presets import PRESETS as TRAININGS

            texts = {**self.values, **({} if seed is None else {"seed": str(seed)})}
            training = TRAININGS[self.name]
            return training.build(training.parse(texts))
        if self.what == "protocol":
            from moeviz.study.protocol_kept import named_map

            return named_map(self.name, "live")
        from moeviz.engine import Check

        return Check({"claim": self.name})

    def words(self) -> str:
        """Return in a few words what is run, with the number of its truth or of its draws."""
        if self.what == "check":
            return f"claim {self.name}"
        if self.what == "protocol":
            return f"protocols of {self.name}"
        study, spec = self.what == "study", self.specification()
        number = spec[SEED] if study else spec["seed"]
        return f"{self.what} {self.name}, {'truth' if study else 'draws'} {number}"
