"""Protocol maps as a kind of job."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from moeviz.engine.kind import Kind

if TYPE_CHECKING:
    from moeviz.study.protocol_map import ProtocolMap
    from moeviz.study.protocol_plan import MapBlock


class Protocols(Kind):
    """Protocol maps as a kind of job. A block is a cell, or a law of starts, at one sample size."""

    # :mod:`moeviz.study` is imported as late as possible, as for studies.

    name = "protocols"
    # A map has a thousand blocks.
    remembered = 4

    def owns(self, spec: Any) -> bool:
        from moeviz.study.protocol_map import ProtocolMap

        return isinstance(spec, ProtocolMap)

    def read(self, data: Any) -> ProtocolMap:
        from moeviz.study.protocol_map import ProtocolMap

        return ProtocolMap.from_json(data)

    def plan(self, spec: ProtocolMap) -> Sequence[MapBlock]:
        from moeviz.study.protocol_plan import split_map

        return split_map(spec)

    def gains(self, spec: ProtocolMap) -> bool:
        return False  # most of it is stochastic gradient descent, as of studies

    def run_block(
        self,
        spec: ProtocolMap,
        block: MapBlock,
        device: str,
        should_stop: Callable[[], bool] | None = None,
    ) -> dict[str, Any]:
        from moeviz.study.protocol_blocks import run_map_block

        return run_map_block(spec, block, device, should_stop)

    def assemble(
        self,
        spec: ProtocolMap,
        results: Mapping[str, dict[str, Any]],
        seconds: float,
        device: str,
    ) -> Any:
        from moeviz.study.protocol_assemble import assemble_map

        return assemble_map(spec, results, device)
