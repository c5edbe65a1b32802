"""The search for a formula's symmetries: candidates, then a proof by many values.

A linear part is taken from a short list (signs and orders, small whole shears); the shift that
goes with it, or a period, is solved for from many starts. What is kept agrees with the formula at
random points, in value, up to rounding. A map of another kind is not found: ``docs/formulas.md``
says what a study then shows.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from moeviz.model.formula import Program
from moeviz.model.symmetry import Matrix, Row, Symmetries, Symmetry, signed_order

if TYPE_CHECKING:
    from torch import Tensor

POINTS = 256
"""Random predictors and scalars at which a found map must leave the value."""

TOLERANCE = 1e-11
"""Relative and absolute; rounding in values of size 1 is a hundred times smaller."""

GLANCE = 6
"""Points at which a list of maps is looked through first."""

FEW = 24
"""Points at which a shift is solved for."""

STEPS = 30
FARTHEST_PERIOD, PERIOD_STEP = 64.0, 0.25
FARTHEST_SHIFT, SHIFT_STEP = 16.0, 0.5
FRACTIONS = 64
MOST_MAPS = 64
"""Symmetries modulo the periods that are kept; a formula of two predictors has 32 at most that we
know of."""


@dataclass(frozen=True)
class _Formula:
    """Value and derivatives of an expert's formula by predictors and scalars."""

    steps: Program
    names: tuple[str, ...]
    heads: int

    def run(self, u: Tensor) -> tuple[Tensor, Tensor]:
        """Return values, shape (..., N), and slopes, shape (..., H + M, N), at (..., H + M, N)."""
        parts = u.unbind(-2)
        done = self.steps.run(dict(zip(self.names, parts, strict=True)))
        value, *slopes = torch.broadcast_tensors(parts[0], *done)[1:]
        return value, torch.stack(slopes, dim=-2)

    def points(self, seed: int, count: int) -> Tensor:
        """Return random predictors and scalars, shape (H + M, N)."""
        rng = torch.Generator().manual_seed(seed)
        shape = (len(self.names), count)
        return 2.0 * torch.randn(*shape, generator=rng, dtype=torch.float64)

    def keeps(self, one: Symmetry) -> bool:
        """Return whether a map leaves the value at all random points."""
        u = self.points(3, POINTS)
        moved = _move(one, u, self.heads)
        plain, _ = self.run(u)
        value, _ = self.run(moved)
        return bool(torch.allclose(value, plain, rtol=TOLERANCE, atol=TOLERANCE))


def find_symmetries(steps: Program, names: tuple[str, ...], heads: int) -> Symmetries:
    """Return the symmetries of a formula that the search finds.

    Parameters
    ----------
    steps : Program
        The value, then its derivatives by the names.
    names : tuple of str
        Predictors, then scalars.
    heads : int
        How many of them are predictors.
    """
    formula = _Formula(steps, names, heads)
    periods = tuple(_period(formula, place) for place in range(len(names)))
    found: list[Symmetry] = []
    for candidate in _likely(formula, list(_without_shift(formula))):
        _add(formula, found, candidate, periods)
    for candidate in _with_shift(formula, periods):
        _add(formula, found, candidate, periods)
    return Symmetries(tuple(found), periods if any(periods) else ())


def _likely(formula: _Formula, maps: list[Symmetry]) -> list[Symmetry]:
    """Return the maps that leave the value at a few points, in their order."""
    u = formula.points(5, GLANCE)
    plain, _ = formula.run(u)
    values, _ = formula.run(torch.stack([_move(one, u, formula.heads) for one in maps]))
    gap = (values - plain).abs() <= TOLERANCE * (1.0 + plain.abs())
    return [one for one, same in zip(maps, gap.all(-1).tolist(), strict=True) if same]


def _identity(formula: _Formula) -> Symmetry:
    count = len(formula.names)
    return signed_order(range(count), (1.0,) * count, formula.heads)


def _add(formula: _Formula, found: list[Symmetry], one: Symmetry, periods: Row) -> None:
    """Add a map that leaves the value and is not there yet, modulo the periods."""
    if len(found) == MOST_MAPS:
        return
    one = _reduced(one, periods)
    known = (_identity(formula), *found)
    if not any(_same(one, other, periods) for other in known) and formula.keeps(one):
        found.append(one)


def _reduced(one: Symmetry, periods: Row) -> Symmetry:
    """Return a map with its shift within half a period, and without what is rounding alone."""
    shift = tuple(
        c - round(c / period) * period if period else c
        for c, period in zip(one.shift, periods, strict=False)
    )
    clean = tuple(
        0.0 if abs(c) < 1e-9 else c + period if abs(c + 0.5 * period) < 1e-9 else c
        for c, period in zip(shift, periods, strict=False)
    )
    return Symmetry(one.heads, one.scalars, clean if any(clean) else (), one.by_scalar)


def _same(one: Symmetry, other: Symmetry, periods: Row) -> bool:
    if (one.heads, one.scalars, one.by_scalar) != (other.heads, other.scalars, other.by_scalar):
        return False
    for mine, its, period in zip(
        one.shift or (0.0,) * len(periods),
        other.shift or (0.0,) * len(periods),
        periods,
        strict=True,
    ):
        gap = abs(mine - its)
        if min(gap, abs(gap - period) if period else gap) > 1e-6:
            return False
    return True


def _move(one: Symmetry, u: Tensor, heads: int) -> Tensor:
    """Return moved predictors and scalars, shape (H + M, N)."""
    parts = list(u.unbind(0))
    moved, changed = one.move(parts[:heads], parts[heads:], torch.ones_like(parts[0]))
    return torch.stack([*moved, *changed])


def _solve(formula: _Formula, linear: Sequence[Symmetry], starts: Tensor) -> Tensor:
    """Return shifts that make maps leave the value, as far as they exist.

    Parameters
    ----------
    linear : sequence of Symmetry
        L linear parts.
    starts : Tensor, shape (S, H + M)

    Returns
    -------
    Tensor, shape (L, S, H + M)
        Not a number where damped Gauss-Newton steps found no such shift.
    """
    u = formula.points(4, FEW)
    plain, _ = formula.run(u)
    bare = torch.stack([_move(one, u, formula.heads) for one in linear])[:, None]
    shift = starts.expand(len(linear), *starts.shape).clone()
    damping = torch.full(shift.shape[:-1], 1e-3, dtype=shift.dtype)
    eye = torch.eye(shift.shape[-1], dtype=shift.dtype)

    def at(c: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        value, slopes = formula.run(bare + c.unsqueeze(-1))
        gap = torch.nan_to_num(value - plain, nan=1e100, posinf=1e100, neginf=-1e100)
        return gap, torch.nan_to_num(slopes), gap.square().sum(-1)

    gap, slopes, cost = at(shift)
    for _ in range(STEPS):
        normal = slopes @ slopes.transpose(-1, -2)
        scale = normal.diagonal(dim1=-2, dim2=-1).amax(-1).clamp_min(1e-30)
        normal = normal + (damping * scale)[..., None, None] * eye
        step = torch.linalg.solve(normal, -(slopes @ gap.unsqueeze(-1)))
        trial = shift + step.squeeze(-1)
        new_gap, new_slopes, new_cost = at(trial)
        better = new_cost < cost
        shift = torch.where(better[..., None], trial, shift)
        gap = torch.where(better[..., None], new_gap, gap)
        slopes = torch.where(better[..., None, None], new_slopes, slopes)
        cost = torch.where(better, new_cost, cost)
        damping = (damping * torch.where(better, 0.1, 10.0)).clamp(1e-14, 1e14)
    size = plain.square().sum().clamp_min(1.0)
    return torch.where((cost <= 1e-20 * size)[..., None], shift, torch.nan)


def _period(formula: _Formula, place: int) -> float:
    """Return the least period in one predictor or scalar, or 0."""
    count = int(FARTHEST_PERIOD / PERIOD_STEP)
    starts = torch.zeros(count, len(formula.names), dtype=torch.float64)
    starts[:, place] = PERIOD_STEP * torch.arange(1, count + 1)
    identity = _identity(formula)
    solved = _solve(formula, [identity], starts)[0]
    others = solved.clone()
    others[:, place] = 0.0
    alone = (others.abs() < 1e-9).all(-1)
    lengths = sorted(abs(c) for c in solved[alone, place].tolist() if abs(c) > 1e-3)
    for length in lengths:
        if _repeats(formula, identity, place, length):
            parts = range(FRACTIONS, 0, -1)
            return next(length / j for j in parts if _repeats(formula, identity, place, length / j))
    return 0.0


def _repeats(formula: _Formula, identity: Symmetry, place: int, length: float) -> bool:
    shift = tuple(length if at == place else 0.0 for at in range(len(formula.names)))
    return formula.keeps(Symmetry(identity.heads, identity.scalars, shift))


def _signed(count: int) -> Iterator[Matrix]:
    """Yield every order with every choice of signs, as matrices."""
    for order in itertools.permutations(range(count)):
        for signs in itertools.product((1.0, -1.0), repeat=count):
            yield signed_order(order, signs, count).heads


def _whole(count: int, most: int) -> list[Matrix]:
    """Return the whole invertible matrices with whole inverses and entries up to `most`."""
    if count < 2:
        return list(_signed(count))
    entries = [float(entry) for entry in range(-most, most + 1)]
    return [
        ((a, b), (c, d))
        for a, b, c, d in itertools.product(entries, repeat=4)
        if abs(a * d - b * c) == 1.0
    ]


def _without_shift(formula: _Formula) -> Iterator[Symmetry]:
    """Yield the linear maps of the list, signs and orders first."""
    h, m = formula.heads, len(formula.names) - formula.heads
    for first in itertools.permutations(range(h)):
        for last in itertools.permutations(range(h, h + m)):
            for signs in itertools.product((1.0, -1.0), repeat=h + m):
                yield signed_order((*first, *last), signs, h)
    yield from _shears(formula)


def _shears(formula: _Formula) -> Iterator[Symmetry]:
    """Yield the maps that add predictors to each other, or scalars."""
    h, m = formula.heads, len(formula.names) - formula.heads
    scalars = list(_signed(m))
    yield from (Symmetry(a, d) for a in _whole(h, 1) for d in scalars)
    if m == 2:
        yield from (Symmetry(a, d) for a in _signed(h) for d in _whole(m, 2))
    if h == 2:
        diagonal = [((p, 0.0), (0.0, q)) for p in (1.0, -1.0) for q in (1.0, -1.0)]
        entries = itertools.product(range(m), ((0, 1), (1, 0)), (1.0, -1.0))
        for k, (row, column), value in entries:
            entry = ((k, row, column, value),)
            yield from (Symmetry(a, d, (), entry) for a in diagonal for d in scalars)


def _with_shift(formula: _Formula, periods: Row) -> Iterator[Symmetry]:
    """Yield maps with the shifts that were solved for."""
    h, m = formula.heads, len(formula.names) - formula.heads
    linear = [Symmetry(a, d) for a in _signed(h) for d in _signed(m)]
    yield from _solved(formula, linear, _starts(formula, periods))
    sheared = list(_shears(formula))
    if sheared:
        zero = torch.zeros(1, len(formula.names), dtype=torch.float64)
        yield from _solved(formula, sheared, zero)


def _starts(formula: _Formula, periods: Row) -> Tensor:
    """Return shifts from which to solve: along each predictor, and halves of periods."""
    rows = [torch.zeros(1, len(periods), dtype=torch.float64)]
    step = SHIFT_STEP * formula.heads
    far = int(FARTHEST_SHIFT / step)
    steps = step * torch.arange(-far, far + 1, dtype=torch.float64)
    for place in range(formula.heads):
        row = torch.zeros(len(steps), len(periods), dtype=torch.float64)
        row[:, place] = steps
        rows.append(row)
    halves = [(0.0, 0.5 * period) if period else (0.0,) for period in periods]
    rows.append(torch.tensor(list(itertools.product(*halves)), dtype=torch.float64))
    return torch.cat(rows)


def _solved(formula: _Formula, linear: Sequence[Symmetry], starts: Tensor) -> Iterator[Symmetry]:
    solved = _solve(formula, linear, starts)
    for one, shifts in zip(linear, solved, strict=True):
        found = shifts[torch.isfinite(shifts).all(-1)]
        order = found.abs().sum(-1).argsort(stable=True)
        for shift in found[order].tolist():
            yield Symmetry(one.heads, one.scalars, tuple(shift), one.by_scalar)
