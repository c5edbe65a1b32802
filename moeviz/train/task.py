"""What every task is, and the registry of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from moeviz.model.registry import Registry

if TYPE_CHECKING:
    from torch import Tensor, nn


class Task(ABC):
    """Something to learn.

    Attributes
    ----------
    name, title, does : str
        Name in the registry; name for people; one line of what it is.
    unit : str
        Of the held-out loss.
    simple : str
        What the simple model is called that a network should beat; empty where there is none.
    input : str
        What inputs are, for people, with ``{tokens}`` in place of how many tokens one has.
    causal : bool
        Whether each token is answered from those before it.
    context : int
        Tokens of an input.
    outputs : int
        Numbers of an answer.
    width : int or None
        Numbers of an input's token where a sparse layer stands alone on it; None for a transformer.
    fixed : mapping of str to int
        Fields of a training run that have one value with this task.
    libraries : int
        About how many bytes a process needs for the libraries that its data come from.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    does: ClassVar[str]
    unit: ClassVar[str]
    simple: ClassVar[str] = ""
    input: ClassVar[str]
    causal: ClassVar[bool]
    context: int
    outputs: int
    width: int | None = None
    fixed: ClassVar[Mapping[str, int]] = MappingProxyType({})
    libraries: ClassVar[int] = 0

    @classmethod
    @abstractmethod
    def of(cls, fields: Mapping[str, Any], own: bytes | None, domain: int) -> Task:
        """Return the task of a training run; see :func:`moeviz.train.tasks.make_task`."""

    @classmethod
    def tokens(cls, fields: Mapping[str, Any]) -> int:
        """Return at most how many tokens an input has, by a training run's fields."""
        return int(fields["context"])

    @abstractmethod
    def embed(self, width: int) -> nn.Module:
        """Return what makes tokens, shape (B, S, d), of inputs."""

    @abstractmethod
    def batch(self, seed: int, step: int, size: int) -> tuple[Tensor, Tensor]:
        """Return inputs and targets of a step; the same for all methods."""

    @abstractmethod
    def held_out(self) -> tuple[Tensor, Tensor]:
        """Return inputs and targets that are not learned from."""

    def validation(self) -> tuple[Tensor, Tensor] | None:
        """Return inputs and targets by which a checkpoint is chosen; None: the last one is."""
        return None

    def truth(self) -> tuple[Tensor, int] | None:
        """Return who would answer the tokens that are held out, best first, if that is known.

        Returns
        -------
        experts : Tensor of int, shape (K, T)
            Of the experts that there are in truth.
        number : int
            How many there are.
        """
        return None

    @abstractmethod
    def losses(self, answers: Tensor, targets: Tensor) -> Tensor:
        """Return each input's mean loss in the unit's natural form, nats or squares: (B,)."""

    def loss(self, answers: Tensor, targets: Tensor) -> Tensor:
        """Return the mean of :meth:`losses`."""
        return self.losses(answers, targets).mean()

    def right(self, answers: Tensor, targets: Tensor) -> Tensor | None:
        """Return which answers are right, shape (B,); None where no answer is right or wrong."""
        return None

    def shown(self, loss: float) -> float:
        """Return a mean loss in the task's unit."""
        return loss

    def baseline(self) -> float | None:
        """Return what a simple model reaches on what is held out, in the task's unit."""
        return None


TASKS: Registry[type[Task]] = Registry("task")
