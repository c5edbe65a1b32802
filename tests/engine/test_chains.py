"""Blocks that go on from one another: ready in time, and the same numbers whatever happens."""

from __future__ import annotations

from collections import Counter

from engine_helpers import Log, MakeEngine
from toy_chains import Relay, Relays, undisturbed


def test_blocks_go_on_from_those_before_and_only_last_states_stay(
    make_engine: MakeEngine, log: Log
):
    spec = Relay(teams=3, runners=4, nap=0.02, size=12_000_000, log=log.name)
    engine = make_engine(kinds=[Relays()])
    last = engine.wait(engine.submit(spec), timeout=60)
    assert last.state == "done", last.message
    assert last.result() == undisturbed(spec)
    assert set(Counter(log.blocks()).values()) == {1}
    folder = engine.store.root / "relays" / spec.hash / "cpu" / "states"
    assert sorted(path.name for path in folder.iterdir()) == [f"{t}%2F3.bin" for t in range(3)]
