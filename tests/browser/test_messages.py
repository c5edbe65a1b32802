"""What a visitor sends harms nobody else: every message of the protocol, and odd ones of each kind.

The visitors here have no browser: they send what no page would.
"""

from __future__ import annotations

import asyncio
import json
import math
from urllib.request import urlopen

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.WidgetStates_pb2 import WidgetState

from moeviz.charts.table import replicates_csv
from moeviz.engine import Store
from moeviz.study import PRESETS, Specification, assemble, run_block, split
from moeviz.ui.crowd.visitor import Visitor, visiting
from tests.browser.server import ROOT, Server, finished


def hostile(visitor: Visitor) -> list[BackMsg]:
    """One message of every kind, and some that no page sends."""
    operation = {"request_id": "1", "session_id": visitor.session}
    skills = BackMsg()
    skills.backend_operation_request.request_id = "2"
    skills.backend_operation_request.session_id = visitor.session
    skills.backend_operation_request.install_skills.SetInParent()
    chunk = BackMsg(backend_operation_request=operation)
    chunk.backend_operation_request.dataframe_chunk.source_id = "none"
    states = [
        {"page_script_hash": "0" * 32},
        {"page_name": "nowhere"},
        {"fragment_id": "f" * 32, "is_auto_rerun": True},
        {"query_string": "&".join(["a=1"] * 2000)},
        {"query_string": "a=" + "9" * 600_000},
        {"query_string": "preset=%ED%A0%80&sizes=" + "9" * 309},
        {"is_history_navigation": True, "query_string": "preset=nonsense"},
    ]
    return [
        BackMsg(clear_cache=True),
        BackMsg(set_run_on_save=True),
        BackMsg(stop_script=True),
        BackMsg(load_git_info=True),
        BackMsg(debug_disconnect_websocket=True),
        BackMsg(debug_shutdown_runtime=True),
        BackMsg(app_heartbeat=True),
        BackMsg(file_urls_request={"request_id": "1", "file_names": ["../x"] * 200}),
        skills,
        chunk,
        BackMsg(backend_operation_request=operation),
        BackMsg(),
        *(
            BackMsg(rerun_script=ClientState(**{"page_name": "convergence", **state}))
            for state in states
        ),
    ]


async def attack(server: Server) -> None:
    async with visiting(server.url, polls=False) as visitor:
        for _ in range(3):
            for message in hostile(visitor):
                await visitor.send(message)
                await asyncio.sleep(0.02)
    for nonsense in (b"\xff" * 20, b"", b"\x00" * 5000):
        async with visiting(server.url, polls=False) as visitor:
            await visitor.send(nonsense)
            await asyncio.sleep(0.1)


def progress(server: Server, job: str) -> str:
    """What whoever watches a study reads."""
    with urlopen(f"{server.url}/moeviz/live/{job}.json?theme=light", timeout=20) as answer:
        said: str = json.load(answer)["sentence"]
    return said


async def run_under_attack(server: Server, job: str, fields: dict[str, object]) -> str:
    async with visiting(server.url, **fields) as owner:
        await owner.press("Run")
        await attack(server)
        for _ in range(600):
            said = await asyncio.to_thread(progress, server, job)
            if said.startswith("Finished"):
                break
            await asyncio.sleep(0.1)
        assert said.startswith("Finished"), owner.text()
        return owner.query


def numbers(server: Server, spec: Specification) -> str:
    folder = Store(server.home).find(spec.hash, "cpu")
    assert folder is not None
    blocks = [block.id for block in split(spec)]
    return replicates_csv(assemble(spec, folder.read_results(blocks), 0.0, "cpu"))


def test_a_study_ends_with_its_numbers_whatever_others_send(server: Server):
    preset = PRESETS["cosine-exact"]
    fields = {"sizes": "1000,3162,10000", "replicates": "12", "candidates": "8", "seed": "22"}
    spec = preset.build(preset.parse(fields))
    alone = assemble(spec, {block.id: run_block(spec, block) for block in split(spec)}, 0.0, "cpu")
    workers = {worker.pid for worker in server.workers()}
    files = sorted(path.name for path in ROOT.iterdir())
    query = finished(run_under_attack(server, spec.hash, fields))
    assert spec.hash in query
    assert numbers(server, spec) == replicates_csv(alone)
    assert {worker.pid for worker in server.workers()} == workers
    assert sorted(path.name for path in ROOT.iterdir()) == files


VALUES = {
    "string_value": "\x00" * 10,
    "double_value": math.inf,
    "int_value": -(2**62),
    "trigger_value": True,
    "bool_value": True,
    "json_value": "{",
    "json_trigger_value": "[" * 2000,
}
"""One of every kind that a widget may have."""


async def odd_widgets(server: Server, every: int) -> dict[str, str]:
    """Give every kind of widget values of other kinds, and return what the page says then.

    With the value the drawer of settings is opened, in which most kinds are. Each kind is given
    one in `every` of the values, another kind others.
    """
    said = {}
    async with visiting(server.url, polls=False) as visitor:
        drawer = visitor.widget("button", "Settings").id
        await visitor.press("Settings")
        found = [e for e in visitor.elements if e.button.label != "Run"]  # It would compute.
        kinds = {element.WhichOneof("type"): element for element in found}
    for place, (kind, element) in enumerate(kinds.items()):
        widget = getattr(getattr(element, kind), "id", "")
        if not isinstance(widget, str) or not widget:
            continue
        for name, value in list(VALUES.items())[place % every :: every]:
            async with visiting(server.url, polls=False) as visitor:
                opened = WidgetState(id=drawer, trigger_value=True)
                await visitor.run(opened, WidgetState(id=widget, **{name: value}))
                said[f"{kind} {name}"] = visitor.text()
                if visitor.shows("Start afresh"):
                    await visitor.press("Start afresh")
                    assert not visitor.shows("Start afresh"), (kind, name)
                assert visitor.shows("Run") or "Expected" in visitor.text()
    return said


@pytest.mark.parametrize("every", [3, pytest.param(1, marks=pytest.mark.crowd)])
def test_no_value_of_a_widget_shows_a_trace(server: Server, every: int):
    said = finished(odd_widgets(server, every))
    assert len(said) > 30 / every
    assert len({what.split()[1] for what in said}) == len(VALUES)
    for what, text in said.items():
        assert "exception:" not in text, what
        assert "Traceback" not in text, what
        assert str(ROOT) not in text, what
    odd = [text for text in said.values() if "Something went wrong on the server" in text]
    print(f"\n{len(said)} odd values, {len(odd)} of them unexpected")


def test_the_server_wrote_down_what_it_did_not_expect(server: Server):
    async def break_it() -> str:
        async with visiting(server.url, polls=False) as visitor:
            strip = visitor.component("chips")
            await visitor.run(WidgetState(id=strip.id, json_value="{"))
            return visitor.text()

    assert "Something went wrong on the server" in finished(break_it())
    assert "JSONDecodeError" in server.log.read_text()
