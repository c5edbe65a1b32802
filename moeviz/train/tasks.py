"""What a network learns: text, digits under rotation, or a mixture that is known."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import torch

from moeviz.train.regression import Regression
from moeviz.train.streams import stream
from moeviz.train.task import TASKS, Task
from moeviz.train.text import Text, own_text, shipped_text, trigram_bits

if TYPE_CHECKING:
    from torch import Tensor, nn


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
    simple: ClassVar[str] = "trigrams"
    input: ClassVar[str] = "pieces of {tokens} characters"
    causal: ClassVar[bool] = True

    def __init__(self, text: Text, context: int) -> None:
        self.text = text
        self.context = min(context, len(text.held_out) - 1, len(text.learned) - 1)
        self.outputs = len(text.symbols)
        self._learned = torch.from_numpy(text.learned)

    @classmethod
    def of(cls, fields: Mapping[str, Any], own: bytes | None, domain: int) -> Language:
        text = own_text(own) if own is not None else shipped_text()
        return cls(text, int(fields["context"]))

    def embed(self, width: int) -> nn.Module:
        return torch.nn.Embedding(self.outputs, width)

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
        nats = torch.nn.functional.cross_entropy(
            answers.flatten(0, 1), targets.flatten(), reduction="none"
        )
        return nats.view(targets.shape).mean(1)

    def shown(self, loss: float) -> float:
        return loss / math.log(2.0)

    def baseline(self) -> float | None:
        return trigram_bits(self.text)


__all__ = ["ANGLES", "DIGIT_SIDE", "PATCH", "TASKS", "Digits", "Language", "Task", "make_task"]

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

    Images are parted in three: those that are learned, those by which a checkpoint is chosen, both
    under the other angles, and those that are asked for under the angle that is left out.

    Parameters
    ----------
    held : int
        The domain that is left out, a place in :data:`ANGLES`.
    """

    name: ClassVar[str] = "digits"
    title: ClassVar[str] = "digits under rotation"
    does: ClassVar[str] = "Handwritten digits; one of six rotations is left out and asked for."
    unit: ClassVar[str] = "nats per digit"
    input: ClassVar[str] = "digits"
    causal: ClassVar[bool] = False
    context: int = (DIGIT_SIDE // PATCH) ** 2
    outputs: int = 10
    libraries: ClassVar[int] = 120 * 2**20

    def __init__(self, held: int) -> None:
        self.held = held
        patches, labels = _digits()
        known = [domain for domain in range(len(ANGLES)) if domain != held]
        fifth = torch.arange(len(labels)) % 5
        choosing, asked, learned = fifth == 0, fifth == 1, fifth > 1
        self._inputs = patches[known][:, learned].flatten(0, 1)
        self._labels = labels[learned].repeat(len(known))
        self._choosing = patches[known][:, choosing].flatten(0, 1)
        self._choosing_labels = labels[choosing].repeat(len(known))
        # No image is asked for that was learned under another angle.
        self._asked, self._answers = patches[held][asked], labels[asked]

    @classmethod
    def of(cls, fields: Mapping[str, Any], own: bytes | None, domain: int) -> Digits:
        return cls(domain)

    @classmethod
    def tokens(cls, fields: Mapping[str, Any]) -> int:
        return cls.context

    def embed(self, width: int) -> nn.Module:
        return torch.nn.Linear(PATCH * PATCH, width)

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
        return torch.nn.functional.cross_entropy(answers, targets, reduction="none")

    def right(self, answers: Tensor, targets: Tensor) -> Tensor:
        return answers.argmax(-1) == targets


for _task in (Language, Digits, Regression):
    TASKS.add(_task.name, _task)


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
    return TASKS[fields["task"]].of(fields, own, domain)
