"""What a network learns: text, digits under rotation, or a mixture that is known."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from moeviz.model.registry import Registry
from moeviz.train.streams import stream
from moeviz.train.text import Text, own_text, shipped_text, trigram_bits


class Task(ABC):
    """Something to learn.

    Attributes
    ----------
    name, title, does : str
        Name in the registry; name for people; one line of what it is.
    unit : str
        Of the held-out loss.
    causal : bool
        Whether each token is answered from those before it.
    context : int
        Tokens of an input.
    outputs : int
        Numbers of an answer.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    does: ClassVar[str]
    unit: ClassVar[str]
    causal: ClassVar[bool]
    context: int
    outputs: int

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


class Language(Task):
    """The next character of a text.

    Parameters
    ----------
    text : Text
    context : int
    """

    name: ClassVar[str] = "language"
    title: ClassVar[str] = "characters of a text"
    does: ClassVar[str] = (
        "The next character of the Python language reference, or of your own text."
    )
    unit: ClassVar[str] = "bits per character"
    causal: ClassVar[bool] = True

    def __init__(self, text: Text, context: int) -> None:
        self.text = text
        self.context = min(context, len(text.held_out) - 1, len(text.learned) - 1)
        self.outputs = len(text.symbols)
        self._learned = torch.from_numpy(text.learned)

    def embed(self, width: int) -> nn.Module:
        return nn.Embedding(self.outputs, width)

    def batch(self, seed: int, step: int, size: int) -> tuple[Tensor, Tensor]:
        last = len(self._learned) - self.context
        at = torch.randint(0, last, (size, 1), generator=stream(seed, "batch", step))
        drawn = self._learned[at + torch.arange(self.context + 1)]
        return drawn[:, :-1], drawn[:, 1:]

    def held_out(self) -> tuple[Tensor, Tensor]:
        held = torch.from_numpy(self.text.held_out)
        rows = (len(held) - 1) // self.context
        inputs = held[: rows * self.context].view(rows, self.context)
        return inputs, held[1 : rows * self.context + 1].view(rows, self.context)

    def losses(self, answers: Tensor, targets: Tensor) -> Tensor:
        nats = nn.functional.cross_entropy(
            answers.flatten(0, 1), targets.flatten(), reduction="none"
        )
        return nats.view(targets.shape).mean(1)

    def shown(self, loss: float) -> float:
        return loss / math.log(2.0)

    def baseline(self) -> float | None:
        return trigram_bits(self.text)


ANGLES = (0, 15, 30, 45, 60, 75)
"""Degrees by which digits are turned: each is a domain."""

PATCH = 2
DIGIT_SIDE = 8


@lru_cache(maxsize=1)
def _digits() -> tuple[Tensor, Tensor]:
    """Return scikit-learn's digits under every angle: patches (A, n, S, P) and labels (n,)."""
    from scipy.ndimage import rotate
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    images = images.reshape(-1, DIGIT_SIDE, DIGIT_SIDE) / 16.0
    turned = np.stack(
        [rotate(images, angle, axes=(2, 1), reshape=False, order=1) for angle in ANGLES]
    )
    side = DIGIT_SIDE // PATCH
    cut = turned.reshape(len(ANGLES), -1, side, PATCH, side, PATCH).swapaxes(3, 4)
    patches = torch.from_numpy(cut.reshape(len(ANGLES), -1, side * side, PATCH * PATCH)).float()
    return patches, torch.from_numpy(np.asarray(labels))


class Digits(Task):
    """Which digit an image shows, under an angle that was not learned.

    Parameters
    ----------
    held : int
        The domain that is left out, a place in :data:`ANGLES`.
    """

    name: ClassVar[str] = "digits"
    title: ClassVar[str] = "digits under rotation"
    does: ClassVar[str] = "Handwritten digits; one of six rotations is left out and asked for."
    unit: ClassVar[str] = "nats per digit"
    causal: ClassVar[bool] = False
    context: int = (DIGIT_SIDE // PATCH) ** 2
    outputs: int = 10

    def __init__(self, held: int) -> None:
        self.held = held
        patches, labels = _digits()
        known = [domain for domain in range(len(ANGLES)) if domain != held]
        # Every fifth image of the domains that are learned is for choosing a checkpoint.
        choosing = torch.arange(len(labels)) % 5 == 0
        self._inputs = patches[known][:, ~choosing].flatten(0, 1)
        self._labels = labels[~choosing].repeat(len(known))
        self._choosing = patches[known][:, choosing].flatten(0, 1)
        self._choosing_labels = labels[choosing].repeat(len(known))
        self._asked, self._answers = patches[held], labels

    def embed(self, width: int) -> nn.Module:
        return nn.Linear(PATCH * PATCH, width)

    def batch(self, seed: int, step: int, size: int) -> tuple[Tensor, Tensor]:
        drawn = stream(seed, "batch", step)
        at = torch.randint(0, len(self._labels), (size,), generator=drawn)
        return self._inputs[at], self._labels[at]

    def held_out(self) -> tuple[Tensor, Tensor]:
        return self._asked, self._answers

    def validation(self) -> tuple[Tensor, Tensor]:
        """Return images of the learned domains by which a checkpoint is chosen (`cosine` §5.3)."""
        return self._choosing, self._choosing_labels

    def losses(self, answers: Tensor, targets: Tensor) -> Tensor:
        return nn.functional.cross_entropy(answers, targets, reduction="none")

    def right(self, answers: Tensor, targets: Tensor) -> Tensor:
        return answers.argmax(-1) == targets


TASKS.add(Language.name, Language)
TASKS.add(Digits.name, Digits)


def make_task(fields: Mapping[str, Any], own: bytes | None = None, domain: int = 0) -> Task:
    """Return the task of a training run.

    Parameters
    ----------
    fields : mapping
        Values of :data:`moeviz.train.fields.FIELDS`.
    own : bytes or None
        A text of one's own, for the language task.
    domain : int
        The domain that is left out, for a task that has some.

    Raises
    ------
    SpecificationError
        If the text is none.
    """
    if fields["task"] == Digits.name:
        return Digits(domain)
    return Language(own_text(own) if own is not None else shipped_text(), int(fields["context"]))
