"""Learning a mixture that is known, so that a router can be scored against the true gate."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

import torch

from moeviz.train.streams import stream
from moeviz.train.task import Task
from moeviz.train.teacher import TASK, Teacher

if TYPE_CHECKING:
    from torch import Tensor, nn

HELD_OUT_POINTS = 8192


class Regression(Task):
    """The answers of a mixture that is known, by a sparse layer that stands alone.

    An input is a bag of points; they do not know of each other.

    Parameters
    ----------
    teacher : Teacher
    context : int
        Points of an input.
    seed : int
        Of what is held out.
    """

    name: ClassVar[str] = TASK
    title: ClassVar[str] = "a mixture that is known"
    does: ClassVar[str] = "What a known mixture answers, so that routers meet the true gate."
    unit: ClassVar[str] = "squared error"
    simple: ClassVar[str] = "best linear fit"
    input: ClassVar[str] = "blocks of {tokens} points"
    causal: ClassVar[bool] = True
    fixed: ClassVar[Mapping[str, int]] = MappingProxyType({"layers": 1, "heads": 1})

    def __init__(self, teacher: Teacher, context: int, seed: int) -> None:
        self.teacher, self.context, self.seed = teacher, context, seed
        self.width = self.outputs = teacher.inputs

    @classmethod
    def of(cls, fields: Mapping[str, Any], own: bytes | None, domain: int) -> Regression:
        return cls(Teacher.of(fields), int(fields["context"]), int(fields["seed"]))

    def embed(self, width: int) -> nn.Module:
        return torch.nn.Identity()

    def batch(self, seed: int, step: int, size: int) -> tuple[Tensor, Tensor]:
        return self._rows(*self.teacher.drawn(size * self.context, stream(seed, "batch", step)))

    @cached_property
    def _points(self) -> tuple[Tensor, Tensor]:
        rows = max(1, HELD_OUT_POINTS // self.context)
        return self.teacher.drawn(rows * self.context, stream(self.seed, "teacher", 1))

    def held_out(self) -> tuple[Tensor, Tensor]:
        return self._rows(*self._points)

    def _rows(self, *points: Tensor) -> tuple[Tensor, Tensor]:
        x, y = (part.view(-1, self.context, self.teacher.inputs) for part in points)
        return x, y

    def truth(self) -> tuple[Tensor, int]:
        return self.teacher.chosen(self._points[0]), self.teacher.experts

    def losses(self, answers: Tensor, targets: Tensor) -> Tensor:
        return (answers - targets).square().mean((1, 2))

    def baseline(self) -> float:
        """Return the error of the best linear fit to as many points as are held out."""
        x, y = self.teacher.drawn(HELD_OUT_POINTS, stream(self.seed, "teacher", 2))
        held_x, held_y = self._points
        fit = torch.linalg.lstsq(_with_ones(x), y.double()).solution
        return float((_with_ones(held_x) @ fit - held_y).square().mean())


def _with_ones(x: Tensor) -> Tensor:
    return torch.cat([x, x.new_ones(len(x), 1)], dim=1).double()
