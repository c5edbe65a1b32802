r"""The mixture of experts: score, gate, expert and output, with values and derivatives.

Inputs have the sample axis last, so that every elementwise step runs over long rows. Each
derivative is a weight (one number per atom and sample) times a feature, first with respect to the
score's coordinates u and then, by a small matrix per fit, with respect to the parameters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from moeviz.errors import ShapeError, SpecificationError
from moeviz.model.experts import Expert, make_expert
from moeviz.model.gates import Gate, make_gate
from moeviz.model.measure import Layout, Part
from moeviz.model.output import Output, Row, Values
from moeviz.model.outputs import make_output
from moeviz.model.scores import Score, make_score

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Features:
    """What a mixture needs of its inputs, computed once per data set.

    Attributes
    ----------
    gate : Tensor, shape (..., Dz + 1, N)
        The score's features z(x) and a last row of ones.
    expert : Tensor, shape (..., D + 1, N)
        The inputs and a last row of ones.
    """

    gate: Tensor
    expert: Tensor

    @property
    def samples(self) -> int:
        """N."""
        return int(self.expert.shape[-1])

    def take(self, rows: Tensor, first: int, last: int) -> Features:
        """Return a contiguous copy of samples `first` to `last` of the data sets `rows`."""
        return Features(
            self.gate[:, :, first:last].index_select(0, rows),
            self.expert[:, :, first:last].index_select(0, rows),
        )


@dataclass(frozen=True)
class Predictors:
    """A parameter vector as the linear predictors that act on the features.

    Attributes
    ----------
    gate : Tensor, shape (..., K, Dz + 1)
        The score's coordinates and the log-weight.
    expert : Tensor, shape (..., K, E)
        The experts' parameters: for each copy its heads and its scalars, then the output's own.
    """

    gate: Tensor
    expert: Tensor


@dataclass
class Pass:
    """A mixture's values on some samples, with the experts' slopes.

    Attributes
    ----------
    values : Values
    by_head, by_scalar : list of list of Tensor, shape (..., K, N)
        For each copy of the expert, its derivatives by its heads and by its scalars.
    """

    values: Values
    by_head: list[list[Tensor]]
    by_scalar: list[list[Tensor]]


@dataclass(frozen=True)
class Mixture:
    """A combination of score, gate, expert and output.

    Attributes
    ----------
    score : Score
    gate : Gate
    expert : Expert
    output : Output

    Raises
    ------
    SpecificationError
        If a density is asked for with a gate whose weights do not sum to 1.
    """

    score: Score
    gate: Gate
    expert: Expert
    output: Output

    def __post_init__(self) -> None:
        if self.output.density and not self.gate.normalised:
            raise SpecificationError(
                f"Expected a gate whose weights sum to 1 for the output '{self.output.name}', but "
                f"got '{self.gate.name}'; take a softmax gate or regression."
            )

    def jumps(self, atoms: int) -> bool:
        """Return whether f jumps where one of K `atoms` takes the place of another.

        A gate that drops experts jumps where two scores are equal, unless equal scores mean equal
        values: under competition without offsets, of one value without parameters of its own.
        """
        output, score = self.output, self.score
        alone = output.copies == 1 and not output.scalars
        seamless = score.reads_expert and not score.has_offset and alone
        return self.gate.kept(atoms) < atoms and not seamless

    def layout(self, atoms: int, dimension: int) -> Layout:
        """Return how K `atoms` over inputs of D = `dimension` lie in a parameter vector."""
        copies = self.output.copies
        parts: list[Part] = []
        for copy in range(1, copies + 1):
            for part in self.expert.parts(dimension):
                parts.append(part if copies == 1 else _numbered(part, copy))
        logistic = not self.gate.normalised
        return Layout(
            atoms, self.score.parts(dimension), (*parts, *self.output.parts), logistic=logistic
        )

    def features(self, x: Tensor) -> Features:
        """Return the features of inputs `x`, shape (..., D, N)."""
        ones = x.new_ones(*x.shape[:-2], 1, x.shape[-1])
        return Features(
            torch.cat([self.score.features(x), ones], dim=-2), torch.cat([x, ones], dim=-2)
        )

    def layout_of(self, theta: Tensor, features: Features) -> Layout:
        """Return the layout of `theta`, shape (..., P), for inputs as wide as `features`.

        Raises
        ------
        ShapeError
            If P is no multiple of an atom's width.
        """
        dimension = int(features.expert.shape[-2]) - 1
        one = self.layout(1, dimension)
        atoms, rest = divmod(int(theta.shape[-1]), one.width)
        if rest or not atoms:
            raise ShapeError(
                f"Expected parameter vectors of a multiple of {one.width} entries for inputs of "
                f"dimension {dimension}, but got {theta.shape[-1]}."
            )
        return one.of(atoms)

    def predictors(self, theta: Tensor, layout: Layout) -> Predictors:
        """Return the linear predictors of the parameters `theta`, shape (..., P)."""
        measure = layout.unpack(theta)
        u = self.score.coordinates(measure.gate)
        return Predictors(torch.cat([u, measure.log_weight.unsqueeze(-1)], dim=-1), measure.expert)

    def chain(self, theta: Tensor, layout: Layout) -> Tensor:
        """Return d(predictors)/d(parameters) of each atom, shape (..., K, Dz + 1 + E, W)."""
        measure = layout.unpack(theta)
        chart = self.score.chart_jacobian(measure.gate)
        features = int(chart.shape[-2])
        out = theta.new_zeros(*chart.shape[:-2], features + 1 + layout.expert_width, layout.width)
        out[..., :features, : layout.gate_width] = chart
        out[..., features:, layout.weight_column :] = torch.eye(
            1 + layout.expert_width, dtype=theta.dtype, device=theta.device
        )
        return out

    def run(self, predictors: Predictors, features: Features) -> Pass:
        """Return the mixture's values on the samples of `features`."""
        scores = torch.matmul(predictors.gate, features.gate)
        experts, by_head, by_scalar = [], [], []
        width = int(features.expert.shape[-2])
        column = 0
        for _ in range(self.output.copies):
            heads = []
            for _ in range(self.expert.heads):
                slope = predictors.expert[..., column : column + width]
                heads.append(torch.matmul(slope, features.expert))
                column += width
            scalars = []
            for _ in range(self.expert.scalars):
                scalars.append(predictors.expert[..., column : column + 1])
                column += 1
            value, slopes, others = self.expert.value_and_slopes(heads, scalars)
            experts.append(value)
            by_head.append(slopes)
            by_scalar.append(others)
        own = [
            predictors.expert[..., c : c + 1] for c in range(column, column + self.output.scalars)
        ]
        if self.score.reads_expert:
            for value in experts:
                scores = scores + self.score.affinity(value)[0] / len(experts)
        values = Values(scores, self.gate.weights(scores), experts, own)
        return Pass(values, by_head, by_scalar)

    def write(self, row: Row, at: Pass, features: Features, out: Tensor) -> None:
        """Write a row's derivatives by the predictors.

        Parameters
        ----------
        row : Row
        at : Pass
        features : Features
        out : Tensor, shape (..., K, Dz + 1 + E, N)
            Overwritten.
        """
        split = int(features.gate.shape[-2])
        by_value = row.by_value
        if row.by_score is None:
            out[..., :split, :] = 0.0
        else:
            torch.mul(
                row.by_score.unsqueeze(-2), features.gate.unsqueeze(-3), out=out[..., :split, :]
            )
            if self.score.reads_expert:
                by_value = self._with_affinity(row.by_score, by_value, at.values.experts)
        self.write_expert(by_value, row.by_scalar, at, features, out[..., split:, :])

    def write_expert(
        self,
        by_value: list[Tensor],
        by_scalar: list[Tensor],
        at: Pass,
        features: Features,
        out: Tensor,
    ) -> None:
        """Write derivatives by the experts' predictors.

        Parameters
        ----------
        by_value, by_scalar : list of Tensor, shape (..., K, N)
            Derivatives by the copies' values and by the output's own parameters; empty for none.
        at : Pass
        features : Features
        out : Tensor, shape (..., K, E, N)
            Overwritten.
        """
        inputs = features.expert.unsqueeze(-3)
        width = int(features.expert.shape[-2])
        column = 0
        for copy in range(self.output.copies):
            by = by_value[copy] if by_value else None
            for slope in at.by_head[copy]:
                to = out[..., column : column + width, :]
                if by is None:
                    to.zero_()
                else:
                    torch.mul((by * slope).unsqueeze(-2), inputs, out=to)
                column += width
            for slope in at.by_scalar[copy]:
                out[..., column, :] = 0.0 if by is None else by * slope
                column += 1
        for i in range(self.output.scalars):
            out[..., column + i, :] = by_scalar[i] if by_scalar else 0.0

    def _with_affinity(
        self, by_score: Tensor, by_value: list[Tensor], experts: list[Tensor]
    ) -> list[Tensor]:
        """Add what reaches the experts' values through the scores."""
        through = [self.score.affinity(value)[1] * by_score / len(experts) for value in experts]
        if not by_value:
            return through
        return [direct + extra for direct, extra in zip(by_value, through, strict=True)]

    def height(self, features: Features, layout: Layout) -> int:
        """Return Dz + 1 + E, the number of an atom's predictor coefficients."""
        return int(features.gate.shape[-2]) + layout.expert_width

    def values(self, theta: Tensor, features: Features) -> Values:
        """Return scores, weights and experts' values at parameters `theta`, shape (..., P).

        Raises
        ------
        ShapeError
            If the parameters do not fit the features.
        """
        layout = self.layout_of(theta, features)
        return self.run(self.predictors(theta, layout), features).values

    def predict(self, theta: Tensor, features: Features) -> Tensor:
        """Return f, the weighted sum of the first copies' values, shape (..., N).

        Raises
        ------
        ShapeError
            If the parameters do not fit the features.
        """
        values = self.values(theta, features)
        return (values.weights * values.experts[0]).sum(-2)

    def cost(self, theta: Tensor, features: Features, response: Tensor) -> Tensor:
        """Return each sample's cost, shape (..., N): squared residual or deviance."""
        return self.output.cost(self.gate, self.values(theta, features), response)

    def rows(
        self, theta: Tensor, features: Features, response: Tensor
    ) -> tuple[Tensor, list[tuple[Tensor, Tensor]]]:
        """Return the cost, shape (..., N), and rows by the parameters, (..., P, N), with residuals.

        Raises
        ------
        ShapeError
            If the parameters do not fit the features.
        """
        layout = self.layout_of(theta, features)
        at = self.run(self.predictors(theta, layout), features)
        cost, rows = self.output.rows(self.gate, at.values, response)
        chain = self.chain(theta, layout).transpose(-1, -2)
        lead = at.values.scores.shape[:-2]
        found = []
        for row in rows:
            out = theta.new_empty(
                *lead, layout.atoms, self.height(features, layout), features.samples
            )
            self.write(row, at, features, out)
            found.append(((chain @ out).flatten(-3, -2), row.residual))
        return cost, found

    def jacobian(self, theta: Tensor, features: Features) -> Tensor:
        """Return df/dtheta of a regression, shape (..., P, N), at `theta`, shape (..., P)."""
        response = features.expert.new_zeros(features.expert.shape[-1])
        _, [(rows, _)] = self.rows(theta, features, response)
        return rows

    def score_function(self, theta: Tensor, features: Features, response: Tensor) -> Tensor:
        """Return minus half the cost's gradient, shape (..., P, N): for a density its score."""
        _, rows = self.rows(theta, features, response)
        total = rows[0][0] * rows[0][1].unsqueeze(-2)
        for row, residual in rows[1:]:
            total = total + row * residual.unsqueeze(-2)
        return total


def _numbered(part: Part, copy: int) -> Part:
    return Part(f"{part.name}_{copy}", f"{{{part.symbol}}}_{{,{copy}}}", part.width, part.metric)


def make_mixture(
    score: str, gate: str, expert: str, output: str = "regression", **constants: float | str
) -> Mixture:
    """Build a mixture by its parts' names.

    Parameters
    ----------
    score, gate, expert, output : str
        Names in the registries.
    **constants : float or str
        Values of the parts' constants by name (such as ``tau1`` or ``degree``).

    Raises
    ------
    UnknownNameError
        If a name is not registered.
    SpecificationError
        If a constant is out of its range, or the parts do not go together.
    """
    return Mixture(
        make_score(score, **constants),
        make_gate(gate, **constants),
        make_expert(expert, **constants),
        make_output(output, **constants),
    )
