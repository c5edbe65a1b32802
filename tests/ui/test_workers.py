"""The page of workers: what it says, that it names nobody, and that it costs nothing unseen."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.requests import Request

from moeviz.engine import Store, StoreError
from moeviz.engine.history import Past
from moeviz.engine.snapshot import Standing
from moeviz.engine.studies.observed import Observed, Queued
from moeviz.engine.workers.news import Line
from moeviz.engine.workers.view import Now, Row
from moeviz.ui.workers.board import KEY
from moeviz.ui.workers.document import MOST_LANES, Board
from moeviz.ui.workers.feed import PATH, Feed, store_health, workers_route
from moeviz.ui.workers.names import Names
from tests.ui.still import told, visit

AT = 1000.0
JOB, OTHER, ELSEWHERE = "a" * 16, "b" * 16, "c" * 16
ROW = Row(
    address="tcp://10.1.2.3:4567", machine="node7", gpu=False, gpus=(), quick=False, cores=1,
    used=0.5e9, limit=4e9, now=(Now(JOB, "fit0-n300-r0-3", 1.25),), here=60.0, silent=0.0,
    strange="", ready=True,
)  # fmt: skip
GPU = replace(
    ROW, address="tcp://10.1.2.4:1", gpu=True, gpus=("NVIDIA H100",), now=(Now(ELSEWHERE, "x", 3),)
)
RUNNING = Queued(
    JOB, "studies", "cosine-exact", ("d" * 16 + ".1", "d" * 16 + ".2", "e" * 16 + ".1"), "running",
    "Computing.", "cpu", 3, 12, Standing(1, 0, 0.0), 20.0,
)  # fmt: skip
WAITING = replace(
    RUNNING, job=OTHER, kind="trainings", label="", visitors=(), state="waiting", done=0,
    device="cuda", standing=Standing(1, 1, 12.0), seconds_left=None,
)  # fmt: skip
SEEN = Observed(
    True, False, (ROW, GPU), (RUNNING, WAITING),
    (Past(JOB, ROW.address, 990.0, 991.0), Past(JOB, "tcp://gone:1", 990.0, 992.0)),
    (None, 0.0, 60.0, 120.0), (Line(988.0, "left", "tcp://gone:1"),),
)  # fmt: skip
STORE = {"kind": "SQLite", "words": "answers"}


def document(seen: Observed = SEEN) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(Board(lambda: AT).text(seen, STORE))
    return made


def test_what_each_worker_does_is_said_and_drawn():
    first, second = document()["lanes"]
    assert (first["name"], first["device"], first["where"]) == ("Worker 1", "CPU", "node7")
    assert first["words"] == "A, study cosine-exact: for 1.2 s"
    assert first["blocks"] == [[0, "A", 990.0, 991.0]]
    assert first["now"] == [[0, "A", 998.75]]
    assert (first["memory"], first["share"]) == ("0.5 of 4.0 GB", 0.125)
    assert (second["device"], second["what"]) == ("GPU", "NVIDIA H100")
    assert second["words"] == "another server's work: for 3.0 s"


def test_the_queue_has_letters_places_and_nobodys_name():
    first, second = document()["jobs"]
    assert (first["letter"], first["words"]) == ("A", "study cosine-exact")
    assert first["who"] == ["visitor 1", "visitor 2"], "two pages of one person are one"
    assert first["state"] == "on processors, about 20 s left"
    assert (second["letter"], second["who"]) == ("B", ["somebody"])
    assert second["state"] == "waits for GPU: after 1 other, in about 12 s"


def test_nothing_identifies_people_jobs_or_places():
    text = Board(lambda: AT).text(SEEN, STORE)
    for secret in (JOB, OTHER, ELSEWHERE, "dddd", "eeee", "tcp://", "10.1.2"):
        assert secret not in text


def test_numbers_and_letters_stay_from_text_to_text():
    board = Board(lambda: AT)
    board.text(SEEN, STORE)
    again = json.loads(board.text(replace(SEEN, jobs=(WAITING,), rows=(GPU,)), STORE))
    assert again["jobs"][0]["letter"] == "B"
    assert again["lanes"][0]["name"] == "Worker 2"


def test_the_summary_counts_and_the_rate_is_in_words():
    made = document()
    assert made["summary"] == (
        "2 workers elsewhere, at a scheduler, 1 of them with a GPU. 1 job under way, 1 waits; "
        "2 of 2 computing."
    )
    assert (
        made["rate_words"] == "60 blocks in the last minute; at most 120 a minute in the last ten."
    )
    assert made["news"] == [
        ["12 s ago", "Worker 3 left; what it was computing was given to another one."]
    ]
    idle = document(
        replace(SEEN, ready=False, rows=(), jobs=(), past=(), per_minute=(0.0,), news=())
    )
    assert "starting" in idle["summary"]
    assert idle["rate_words"] == "No block came back in the last ten minutes."


@pytest.mark.parametrize(
    ("row", "words", "trouble"),
    [
        (replace(ROW, now=()), "free", False),
        (replace(ROW, now=(), ready=False), "getting ready", False),
        (replace(ROW, silent=9.0, now=()), "free (silent for 9 s)", True),
        (replace(ROW, strange="has another"), "is given nothing: it has another", True),
    ],
)
def test_a_worker_that_computes_nothing_says_why(row: Row, words: str, trouble: bool):
    (lane,) = document(replace(SEEN, rows=(row,)))["lanes"]
    assert (lane["words"], lane["trouble"]) == (words, trouble)


def test_what_a_worker_is_for_is_said():
    rows = (replace(ROW, quick=True), replace(GPU, gpus=()), replace(ROW, cores=4))
    what = [lane["what"] for lane in document(replace(SEEN, rows=rows))["lanes"]]
    assert what == [
        "processor, for short first blocks",
        "names a GPU, but PyTorch finds none",
        "processors, 4 blocks at once",
    ]


def test_of_very_many_workers_some_are_drawn_and_the_others_counted():
    rows = tuple(replace(ROW, address=f"tcp://h:{n}") for n in range(MOST_LANES + 5))
    made = document(replace(SEEN, rows=rows))
    assert (len(made["lanes"]), made["more"]) == (MOST_LANES, 5)


def test_letters_go_on_after_z():
    names = Names()
    letters = [names.letter(str(n)) for n in range(28)]
    assert (letters[0], letters[25], letters[26], letters[27]) == ("A", "Z", "AA", "AB")
    assert names.letter("0") == "A"


class Still:
    def __init__(self, root: Any) -> None:
        self.asked = 0
        self.store = Store(root)

    def observe(self) -> Observed:
        self.asked += 1
        return SEEN


def test_all_who_ask_within_a_moment_get_one_text(tmp_path: Any):
    engine, now = Still(tmp_path), [0.0]

    async def ask() -> None:
        feed = Feed(lambda: engine, lambda: now[0])
        texts = await asyncio.gather(*(feed.newest() for _ in range(40)))
        assert len(set(texts)) == 1
        assert engine.asked == 1
        now[0] += 1.0
        await feed.newest()
        assert engine.asked == 2

    assert engine.asked == 0, "nothing is made while nobody looks"
    asyncio.run(ask())


def test_who_has_the_text_is_told_so(tmp_path: Any):
    engine = Still(tmp_path)
    route = workers_route("/lab", lambda: engine)
    assert route.path == f"/lab{PATH}"

    def request(tag: str) -> Request:
        return Request({"type": "http", "headers": [(b"if-none-match", tag.encode())]})

    async def ask() -> None:
        first = await route.endpoint(request(""))
        assert (first.status_code, first.headers["cache-control"]) == (200, "no-store")
        again = await route.endpoint(request(f"W/{first.headers['etag']}"))
        assert again.status_code == 304

    asyncio.run(ask())


def test_the_stores_kind_and_health_are_said_without_its_place(tmp_path: Any):
    assert store_health(Store(tmp_path))["kind"] == "SQLite"

    def refuse(*_: Any) -> None:
        raise StoreError("Expected a database at /secret, but it is gone.", tmp_path)

    url = "postgresql+psycopg://user:word@host/name"
    shelf = SimpleNamespace(url=url, read=refuse, briefly=lambda work: work())
    said = store_health(SimpleNamespace(shelf=shelf))  # type: ignore[arg-type]
    assert said == {"kind": "PostgreSQL", "words": "does not answer", "trouble": "true"}


def test_the_page_asks_by_itself_and_runs_no_script_for_it(still):
    app = visit("pages/lab/workers.py")
    assert not app.exception
    assert told(app, KEY)["address"] == PATH.removeprefix("/")
    assert len(told(app, KEY)["themes"]) == 2
