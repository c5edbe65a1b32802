"""Training runs as a kind of job."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from moeviz.engine.kind import Kind

if TYPE_CHECKING:
    from moeviz.train.plan import Stretch
    from moeviz.train.specification import Training

SHORT: Mapping[str, Any] = {
    "omega": 0.5, "seeds": 1, "steps": 10, "points": 2, "batch": 1,
    "layers": 1, "width": 8, "heads": 1, "context": 8, "experts": 2, "top": 1, "hidden": 4,
    "projection": 2,
}  # fmt: skip
"""A run that takes no time of its own."""


class Trainings(Kind):
    """Comparisons of routers in training as a kind of job.

    A block is a run's stretch between two checkpoints. It goes on from the state (weights, the
    optimiser's moments) that the stretch before it left.
    """

    # :mod:`moeviz.train` loads PyTorch, and is imported as late as possible.

    name = "trainings"
    # Their results hold what happened to each token, which is much more than a study's slopes.
    remembered = 4

    def owns(self, spec: Any) -> bool:
        from moeviz.train.specification import Training

        return isinstance(spec, Training)

    def read(self, data: Any) -> Training:
        from moeviz.train.specification import Training

        return Training.from_json(data)

    def plan(self, spec: Training) -> Sequence[Stretch]:
        from moeviz.train.plan import plan

        return plan(spec)

    def seconds(self, block: Stretch) -> None:
        return None  # costs are multiplications

    def before(self, block: Stretch) -> str | None:
        return block.before

    def go_on(
        self,
        spec: Training,
        block: Stretch,
        state: bytes | None,
        device: str,
        should_stop: Callable[[], bool] | None = None,
    ) -> tuple[dict[str, Any], bytes]:
        from moeviz.train.run import run_stretch

        return run_stretch(spec, block.run, block.number, state, device, should_stop)

    def run_block(
        self,
        spec: Training,
        block: Stretch,
        device: str,
        should_stop: Callable[[], bool] | None = None,
    ) -> dict[str, Any]:
        return self.go_on(spec, block, None, device, should_stop)[0]

    def assemble(
        self, spec: Training, results: Mapping[str, dict[str, Any]], seconds: float, device: str
    ) -> Any:
        from moeviz.train.result import assemble

        return assemble(spec, results, seconds, device)

    def rehearsal(self) -> Training:
        from moeviz.train.specification import Training

        return Training.make("", SHORT)
