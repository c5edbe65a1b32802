"""Protocol maps as jobs of the engine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from engine_helpers import MakeEngine, Run, until

from moeviz.engine import Engine
from moeviz.engine.protocols.protocols import Protocols
from moeviz.study.protocol_assemble import assemble_map
from moeviz.study.protocol_blocks import run_map_block
from moeviz.study.protocol_map import ProtocolMap
from moeviz.study.protocol_plan import split_map

SMALL = ProtocolMap.make(
    "sigmoid-fig2b", [(0.05, 0.0), (0.1, 0.5)], [{"batch": 0}, {"batch": 16}], (60, 120), 2, (60,)
)
LONG = ProtocolMap.make(
    "multinomial-fig2a",
    [(0.1, 0.0), (0.01, 0.0)],
    [{"em_rule": "none", "em_tolerance": 1e-6, "em_steps": 5000}],
    (20000, 100000),
    20,
)


def numbers(result):
    return [cell.curves for cell in result.cells], result.starts


def here(asked):
    return numbers(
        assemble_map(asked, {b.id: run_map_block(asked, b) for b in split_map(asked)}, "cpu")
    )


def test_a_map_that_is_cancelled_goes_on_where_it_stopped(make_engine: MakeEngine):
    engine = make_engine(kinds=[Protocols()])
    job = engine.submit(SMALL)
    until(lambda: engine.look(job).done >= 3)
    engine.cancel(job)
    done = engine.look(job).results
    engine.close()

    engine = make_engine(kinds=[Protocols()])
    assert engine.look(job).spec == SMALL
    assert engine.look(job).results.keys() >= done.keys()
    snapshot = engine.wait(engine.submit(SMALL), timeout=60)
    assert snapshot.state == "done", snapshot.message
    assert {block: snapshot.results[block] for block in done} == done, "what was there was kept"
    assert snapshot.result().complete
    assert numbers(snapshot.result()) == here(SMALL)


def test_a_long_block_is_given_up_within_two_seconds(make_engine: MakeEngine):
    engine = make_engine(kinds=[Protocols()])
    job = engine.submit(LONG)
    fits = {block.id for block in split_map(LONG) if block.kind == "fits"}
    until(lambda: len(engine.look(job).results) >= 2)
    time.sleep(0.5)
    engine.cancel(job)
    waited = until(lambda: not engine.look(job).active, 10)
    assert engine.look(job).state == "cancelled"
    assert waited < 2.0
    assert not fits <= engine.look(job).results.keys()
    # The workers are free again: a small map is computed at once.
    small = engine.submit(SMALL)
    assert engine.wait(small, timeout=60).state == "done"


def test_a_process_that_is_killed_loses_no_finished_block(tmp_path: Path, run: Run):
    home = tmp_path / "home"
    script = f"""
import sys
from moeviz.engine import Engine
from moeviz.engine.protocols.protocols import Protocols
from moeviz.study.protocol_map import ProtocolMap
if __name__ == "__main__":
    engine = Engine({str(home)!r}, workers=1, kinds=[Protocols()])
    job = engine.submit(ProtocolMap.from_json({LONG.to_json()!r}))
    while len(engine.look(job).results) < 2:
        pass
    print("two", flush=True)
    engine.wait(job)
"""
    process = run(script)
    assert process.stdout is not None
    assert process.stdout.readline() == "two\n"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    with Engine(home, workers=1, kinds=[Protocols()]) as engine:
        until(lambda: engine.look(LONG.hash).state == "interrupted", 60)
        found = engine.look(LONG.hash)
        assert len(found.results) >= 2
        assert found.result().starts, "what was finished can be shown"


def test_its_engine_is_imported_without_loading_what_computes():
    code = (
        "import sys; from moeviz.engine.protocols.protocols import Protocols; Protocols();"
        "print('torch' in sys.modules, 'moeviz.study' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["False", "False"]


def test_only_maps_are_of_this_kind():
    kind = Protocols()
    assert kind.owns(SMALL)
    assert not kind.owns({"map": 1})
    assert kind.read(SMALL.to_json()) == SMALL
    with pytest.raises(Exception, match="Expected"):
        kind.read({"preset": 3})
