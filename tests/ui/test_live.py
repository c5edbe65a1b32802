"""A job's news: made once, the same for all who watch, to the end."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import http.client
import json
import os
import signal
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette

from moeviz.charts.palette import THEMES
from moeviz.engine import Check, Snapshot, UnknownJobError
from moeviz.errors import UnknownNameError
from moeviz.ui.shared import ending, live, news, pace, publication
from moeviz.ui.shared import server as program
from moeviz.ui.shared.ending import SIGNALS, told_of_the_end
from moeviz.ui.shared.events import Event
from moeviz.ui.shared.live import BEAT, END, RETRY, UNEXPECTED, Publisher
from moeviz.ui.shared.misses import Misses
from moeviz.ui.shared.person import COOKIE
from moeviz.ui.shared.scripts import script_path, script_route
from moeviz.ui.shared.seats import FULL, FULL_EACH, FULL_FROM, MOST, Refused, Seats
from moeviz.ui.shared.stream import LIVE_PATH, live_routes
from tests.ui.still import SPEC, snapshot
from tests.ui.test_checker import view

JOB = SPEC.hash
SOON = 10.0


class Desk:
    """A job that changes on demand; counts how often it is told."""

    def __init__(self) -> None:
        self.now: Snapshot | None = snapshot(SPEC, "running", {})
        self.told: list[tuple[int, str]] = []
        self.threads: set[int] = set()
        self.looks = 0
        self.error: Exception | None = None

    def look(self, job: str) -> Snapshot:
        self.looks += 1
        if self.now is None or job != JOB:
            raise UnknownJobError(f"Expected a known job, but got {job}.")
        return self.now

    def tell(self, shown: Snapshot, themes: Collection[str]) -> dict[str, str]:
        if self.error is not None:
            raise self.error
        self.threads.add(threading.get_ident())
        self.told += [(shown.version, theme) for theme in themes]
        return {t: json.dumps({"version": shown.version, "active": shown.active}) for t in themes}

    def turn(self, version: int, state: Any = "running") -> None:
        self.now = replace(self.now, version=version, state=state)


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(pace, "SHARE", 0.0)
    monkeypatch.setattr(publication, "LINGER_SECONDS", 0.1)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def run(what: Callable[[Publisher], Any], desk: Desk, **more: Any) -> Any:
    """Run a coroutine with a publisher, in a loop of its own."""

    async def with_publisher() -> Any:
        publisher = Publisher(desk.look, desk.tell, **more)
        try:
            async with asyncio.timeout(SOON):
                return await what(publisher)
        finally:
            publisher.close()

    return asyncio.run(with_publisher())


async def read(stream: AsyncIterator[Event], into: list[bytes]) -> None:
    async for each in stream:
        into.append(each.content)


async def message(stream: AsyncIterator[Event]) -> bytes:
    """Return the next event with a text."""
    while (each := (await anext(stream)).content) == RETRY.content:
        pass
    return each


def name_of(event: bytes) -> str:
    return event.split(b"\n")[0].removeprefix(b"id: ").decode()


async def until(said: Callable[[], bool]) -> None:
    while not said():
        await asyncio.sleep(0.005)


def versions(events: list[bytes]) -> list[int]:
    lines = [line for event in events for line in event.split(b"\n")]
    return [json.loads(line[6:])["version"] for line in lines if line.startswith(b"data: {")]


def test_a_text_is_made_once_and_all_get_the_same_bytes(desk):
    read_by: list[list[bytes]] = [[] for _ in range(20)]

    async def watch(publisher: Publisher) -> None:
        readers = [asyncio.create_task(read(publisher.stream(JOB, "light"), r)) for r in read_by]
        for version in (1, 2):
            await until(lambda seen=version: all(versions(r)[-1:] == [seen - 1] for r in read_by))
            desk.turn(version)
        await until(lambda: all(versions(r)[-1:] == [2] for r in read_by))
        assert publisher.streams == 20
        desk.turn(3, "done")
        await asyncio.gather(*readers)
        assert publisher.streams == 0

    run(watch, desk)
    assert all(events == read_by[0] for events in read_by)
    assert versions(read_by[0]) == [0, 1, 2, 3]
    assert read_by[0][-1] == END.content
    assert desk.told == [(0, "light"), (1, "light"), (2, "light"), (3, "light")]
    assert threading.get_ident() not in desk.threads
    assert len(desk.threads) == 1


def test_a_slow_reader_gets_the_newest_and_holds_nobody_up(desk):
    async def watch(publisher: Publisher) -> list[list[int]]:
        quick: list[bytes] = []
        reader = asyncio.create_task(read(publisher.stream(JOB, "light"), quick))
        slow = publisher.stream(JOB, "light")
        first = [await message(slow)]
        for version in range(1, 6):
            desk.turn(version)
            await until(lambda seen=version: versions(quick)[-1:] == [seen])
        late = [await message(slow)]
        await slow.aclose()
        reader.cancel()
        return [versions(first), versions(quick), versions(late)]

    assert run(watch, desk) == [[0], [0, 1, 2, 3, 4, 5], [5]]


def test_each_theme_is_made_when_somebody_has_it(desk):
    async def watch(publisher: Publisher) -> None:
        light, dark = publisher.stream(JOB, "light"), publisher.stream(JOB, "dark")
        await message(light)
        assert desk.told == [(0, "light")]
        await message(dark)
        assert desk.told == [(0, "light"), (0, "dark")]
        await dark.aclose()
        await asyncio.sleep(0.2)
        desk.turn(1)
        await message(light)
        assert desk.told[2:] == [(1, "light")]
        assert versions([await message(publisher.stream(JOB, "dark"))]) == [1]

    run(watch, desk)


def test_who_comes_with_another_theme_at_the_end_is_told_the_end(desk):
    desk.turn(7, "done")

    async def watch(publisher: Publisher) -> list[list[bytes]]:
        got: list[list[bytes]] = [[], []]
        themes = zip(THEMES, got, strict=True)
        await asyncio.gather(*(read(publisher.stream(JOB, theme), to) for theme, to in themes))
        return got

    for events in run(watch, desk):
        assert versions(events) == [7]
        assert events[-1] == END.content


def test_nobody_watches_nobody_looks(desk):
    async def watch(publisher: Publisher) -> int:
        stream = publisher.stream(JOB, "light")
        await message(stream)
        await stream.aclose()
        await asyncio.sleep(0.3)
        looks = desk.looks
        await asyncio.sleep(0.2)
        return desk.looks - looks

    assert run(watch, desk) == 0


def test_a_reader_who_has_the_newest_is_told_it_is_alive(desk):
    async def watch(publisher: Publisher) -> list[bytes]:
        sheet = await publisher.newest(JOB, "light")
        again = publisher.stream(JOB, "light", sheet.name)
        return [await message(again), await message(again)]

    assert run(watch, desk, beat=0.05) == [BEAT.content, BEAT.content]


def test_an_unknown_job_is_gone_and_a_fault_is_no_secret_of_the_page(desk, caplog):
    async def watch(publisher: Publisher) -> bytes:
        events: list[bytes] = []
        await read(publisher.stream(JOB, "light"), events)
        assert await publisher.newest(JOB, "light")
        return events[-1]

    desk.error = ZeroDivisionError("a secret")
    fault = run(watch, desk)
    assert UNEXPECTED.encode() in fault
    assert "a secret" in caplog.text
    desk.now = None
    gone = run(watch, desk)
    assert gone.startswith(b"event: gone\n")
    assert b"Expected a known job" in gone


# --- Over the wire.


@contextlib.contextmanager
def serving(
    publisher: Publisher, misses: Misses, seats: Seats | None = None
) -> Iterator[tuple[uvicorn.Server, int, Any]]:
    app = Starlette(routes=[script_route(""), *live_routes(publisher, misses, "", seats)])
    settings = {"log_level": "error", "ws": "none", "lifespan": "off", "http": "h11"}
    server = uvicorn.Server(uvicorn.Config(app, **settings))
    loops: list[asyncio.AbstractEventLoop] = []

    async def serve(listening: socket.socket) -> None:
        loops.append(asyncio.get_running_loop())
        await server.serve([listening])

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=lambda: asyncio.run(serve(listening)))
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield server, listening.getsockname()[1], loops[0]
        finally:
            if thread.is_alive():
                loops[0].call_soon_threadsafe(publisher.close)
            server.should_exit = True
            thread.join(SOON)


@pytest.fixture
def misses() -> Misses:
    return Misses(3)


@contextlib.contextmanager
def asking(port: int, path: str, **headers: str) -> Iterator[http.client.HTTPResponse]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SOON)
    try:
        connection.request("GET", path, headers=headers)
        yield connection.getresponse()
    finally:
        connection.close()


def event(answer: http.client.HTTPResponse) -> bytes:
    """Read to the end of the next event."""
    lines = []
    while (line := answer.readline()) not in (b"\n", b""):
        lines.append(line)
    return b"".join(lines)


def wait_for(said: Callable[[], bool]) -> bool:
    end = time.monotonic() + SOON
    while not said() and time.monotonic() < end:
        time.sleep(0.01)
    return said()


def test_a_stream_over_the_wire(desk, misses):
    publisher = Publisher(desk.look, desk.tell)
    with serving(publisher, misses) as (_, port, _):
        path = f"{LIVE_PATH}/{JOB}?theme=dark"
        with asking(port, path) as answer:
            assert answer.status == 200
            assert answer.headers["Content-Type"].startswith("text/event-stream")
            assert "no-transform" in answer.headers["Cache-Control"]
            assert event(answer) == b"retry: 1000\n"
            first = event(answer)
        assert wait_for(lambda: publisher.streams == 0)
        desk.turn(1, "done")
        with asking(port, path, **{"Last-Event-ID": name_of(first)}) as answer:
            assert answer.read().endswith(END.content)
    assert {theme for _, theme in desk.told} == {"dark"}


def test_what_is_packed_once_is_read_by_all_wherever_they_came_in(desk, misses):
    whole: list[bytes] = []
    path, packing = f"{LIVE_PATH}/{JOB}", {"Accept-Encoding": "gzip"}
    with (
        serving(Publisher(desk.look, desk.tell), misses) as (_, port, _),
        asking(port, path, **packing) as early,
        asking(port, path) as plainly,
    ):
        assert early.headers["Content-Encoding"] == "gzip"
        assert "Content-Encoding" not in plainly.headers
        event(plainly), event(plainly)
        desk.turn(1)
        event(plainly)
        with asking(port, path, **packing) as late:
            desk.turn(2, "done")
            whole = [gzip.decompress(answer.read()) for answer in (early, late)]
    assert versions(whole[:1]) == [0, 1, 2]
    assert versions(whole[1:])[-1] == 2
    assert all(text.endswith(END.content) for text in whole)


def test_who_polls_gets_the_same_text_and_only_when_it_is_new(desk, misses):
    publisher = Publisher(desk.look, desk.tell)
    with serving(publisher, misses) as (_, port, _):
        path = f"{LIVE_PATH}/{JOB}.json?theme=nonsense"
        with asking(port, path) as answer:
            assert json.loads(answer.read()) == {"version": 0, "active": True}
            name = answer.headers["ETag"]
        with asking(port, path, **{"If-None-Match": f"W/{name}"}) as answer:
            assert (answer.status, answer.read()) == (304, b"")
        assert set(desk.told) == {(0, next(iter(THEMES)))}


@pytest.mark.parametrize("job", ["0" * 15, "0" * 17, "ABCDEF0123456789", "..", "%2e%2e%2fpasswd"])
def test_what_is_no_job_is_refused_in_a_sentence(desk, misses, job):
    with serving(Publisher(desk.look, desk.tell), misses) as (_, port, _):
        for ending in ("", ".json"):
            with asking(port, f"{LIVE_PATH}/{job}{ending}") as answer:
                assert answer.status == 404
                answer.read()
    assert desk.looks == 0


def test_an_unknown_job_is_said_to_be_gone(desk, misses):
    desk.now = None
    with serving(Publisher(desk.look, desk.tell), misses) as (_, port, _):
        with asking(port, f"{LIVE_PATH}/{JOB}") as answer:
            assert answer.read().count(b"event: gone\n") == 1
        with asking(port, f"{LIVE_PATH}/{JOB}.json") as answer:
            assert answer.status == 404
            assert "Expected a known job" in json.loads(answer.read())["message"]


def test_who_guesses_is_not_looked_after_for_a_while(desk, misses):
    desk.now = None
    with serving(Publisher(desk.look, desk.tell), misses) as (_, port, _):
        for number in range(5):
            for ending in ("", ".json"):
                with asking(port, f"{LIVE_PATH}/{number:016x}{ending}") as answer:
                    assert answer.status == (
                        429 if (number, ending) > (2, "") else 404 if ending else 200
                    )
                    answer.read()


def test_who_guesses_from_another_address_of_the_same_network_is_the_same(misses):
    for last in range(3):
        misses.note(f"2001:db8::{last}", f"{last:016x}")
    assert misses.too_many("2001:db8::ffff")
    assert not misses.too_many("2001:db8:0:1::1")


def test_more_streams_than_there_may_be_are_refused_and_polling_goes_on(desk, misses):
    publisher = Publisher(desk.look, desk.tell)
    with (
        serving(publisher, misses, Seats(1)) as (_, port, _),
        asking(port, f"{LIVE_PATH}/{JOB}") as first,
    ):
        event(first), event(first)
        with asking(port, f"{LIVE_PATH}/{JOB}") as answer:
            assert answer.status == 503
            assert json.loads(answer.read())["message"].startswith("Expected fewer visitors")
        with asking(port, f"{LIVE_PATH}/{JOB}.json") as answer:
            assert answer.status == 200


def test_who_has_as_many_streams_as_one_may_leaves_the_rest_to_others(desk, misses):
    publisher = Publisher(desk.look, desk.tell)
    path, anna, bert = f"{LIVE_PATH}/{JOB}", *({"Cookie": f"{COOKIE}={c * 32}"} for c in "ab")
    with serving(publisher, misses, Seats(most_each=1)) as (_, port, _):
        with asking(port, path, **anna) as first:
            event(first), event(first)
            with asking(port, path, **anna) as answer:
                assert answer.status == 429
                assert "of one visitor" in json.loads(answer.read())["message"]
            with asking(port, f"{path}.json", **anna) as answer:
                assert answer.status == 200
            with asking(port, path, **bert) as answer:
                assert answer.status == 200
        assert wait_for(lambda: publisher.streams == 0)
        with asking(port, path, **anna) as answer:
            assert answer.status == 200, "who has closed a page has its stream for another"


def test_a_class_behind_one_address_has_streams_and_one_client_cannot_have_all():
    seats = Seats()
    with contextlib.ExitStack() as held:
        had = [held.enter_context(seats.held(f"{n % 40}", "10.0.0.7")) for n in range(40 * 6)]
        assert had == [None] * 240
        more = [held.enter_context(seats.held(f"new {n}", "::ffff:10.0.0.7")) for n in range(200)]
        assert {(refused.status, refused.sentence) for refused in more} == {(429, FULL_FROM)}
        others = [
            held.enter_context(seats.held("", f"10.0.1.{n % 100}")) for n in range(MOST - 240)
        ]
        assert others == [None] * (MOST - 240)
        assert held.enter_context(seats.held("", "10.0.2.1")) == Refused(503, FULL)
    assert seats.taken == 0


def test_one_client_is_told_apart_by_its_key_and_by_its_network():
    seats = Seats(most_from=3, most_each=2)
    with contextlib.ExitStack() as held:
        own = [held.enter_context(seats.held("anna", f"10.0.0.{n}")) for n in range(3)]
        assert own == [None, None, Refused(429, FULL_EACH)]
        drawn = [held.enter_context(seats.held("", f"2001:db8::{n:x}:1")) for n in range(4)]
        assert drawn == [None] * 3 + [Refused(429, FULL_FROM)]
        assert held.enter_context(seats.held("", "2001:db8:0:1::1")) is None


def test_streams_end_when_the_server_does(desk, misses):
    publisher = Publisher(desk.look, desk.tell)
    with (
        serving(publisher, misses) as (server, port, loop),
        asking(port, f"{LIVE_PATH}/{JOB}") as answer,
    ):
        event(answer), event(answer)
        began = time.monotonic()
        loop.call_soon_threadsafe(publisher.close)
        server.should_exit = True
        assert END.content not in answer.read()  # so that a browser comes back
        assert time.monotonic() - began < 2.0
        assert wait_for(loop.is_closed)
        assert time.monotonic() - began < 2.0


def test_shared_scripts_are_served_under_the_hash_of_their_content(desk, misses):
    path = script_path("live")
    with serving(Publisher(desk.look, desk.tell), misses) as (_, port, _):
        with asking(port, path) as answer:
            assert answer.status == 200
            assert "immutable" in answer.headers["Cache-Control"]
        for wrong in (path.replace("live-", "plot-"), "/moeviz/script/x-0.js", f"{path[:-4]}g.js"):
            with asking(port, wrong) as answer:
                assert answer.status == 404
    with pytest.raises(UnknownNameError, match="known are"):
        script_path("nothing")


def test_a_signal_is_heard_before_the_server_waits_for_its_answers():
    heard: list[str] = []
    before = signal.signal(signal.SIGTERM, lambda *_: heard.append("as before"))

    async def serve() -> None:
        ended = asyncio.Event()
        with told_of_the_end(ended.set, lambda status: heard.append(f"over, {status}")):
            signal.raise_signal(signal.SIGTERM)
            await asyncio.wait_for(ended.wait(), SOON)
            heard.append("told")

    try:
        asyncio.run(serve())
        signal.raise_signal(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert heard == ["as before", "told", "over, 0", "as before"]


@pytest.fixture
def as_before():
    """Signals that do nothing, for as long as a test sends them."""
    before = {number: signal.signal(number, lambda *_: None) for number in SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("second", SIGNALS)
def test_asked_a_second_time_a_server_ends_at_once(second, as_before, monkeypatch):
    monkeypatch.setattr(ending, "_AGAIN", 0.2)
    ended: list[int] = []

    async def serve() -> None:
        with told_of_the_end(lambda: None, ended.append):
            signal.raise_signal(signal.SIGTERM)
            signal.raise_signal(signal.SIGTERM)  # the same, passed on by two
            assert ended == []
            await asyncio.sleep(0.25)
            signal.raise_signal(second)

    asyncio.run(serve())
    assert ended[:1] == [128 + second]


def test_a_server_that_is_closing_hears_a_second_signal(as_before, monkeypatch):
    monkeypatch.setattr(ending, "_AGAIN", 0.01)
    ended: list[int] = []
    monkeypatch.setattr(ending, "end_at_once", ended.append)
    for name in ("begin_to_write", "read_themes_once", "engine", "end_engine", "_end_streams"):
        monkeypatch.setattr(program, name, lambda: None)
    for name in ("send_at_once", "announce"):
        monkeypatch.setattr(program, name, lambda *_: None)
    for name in ("_settle", "let_go_of_pages"):
        monkeypatch.setattr(program, name, lambda *_: asyncio.sleep(SOON))

    def closes() -> None:
        time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGTERM)
        assert wait_for(lambda: bool(ended))

    monkeypatch.setattr(program, "close_engine", closes)

    async def serve() -> None:
        async with program.lifespan(SimpleNamespace(script_path="app.py")):
            signal.raise_signal(signal.SIGTERM)
            assert ended == []

    asyncio.run(serve())
    assert ended == [128 + signal.SIGTERM, 0]


@pytest.mark.parametrize(("seconds", "status"), [(0.01, [1, 0]), (60.0, [0])])
def test_a_server_that_does_not_end_in_time_is_ended(seconds, status, as_before, monkeypatch):
    monkeypatch.setattr(ending, "SECONDS", seconds)
    ended: list[int] = []

    async def serve() -> None:
        with told_of_the_end(lambda: None, ended.append):
            signal.raise_signal(signal.SIGTERM)
            await asyncio.sleep(0.1)

    asyncio.run(serve())
    assert ended == status


# --- What is told.


def test_what_is_told_of_a_study(monkeypatch):
    studies = news.TELLERS["studies"]
    drawn = replace(studies, screens=lambda shown, themes: {t: {"theme": t} for t in themes})
    monkeypatch.setitem(news.TELLERS, "studies", drawn)
    shown = snapshot(SPEC, "running", {})
    texts = news.tell(shown, THEMES)
    said = {theme: json.loads(text) for theme, text in texts.items()}
    assert {theme: each.pop("screen") for theme, each in said.items()} == {
        theme: {"theme": theme} for theme in THEMES
    }
    assert all("\n" not in text for text in texts.values())
    assert said["light"] == said["dark"]
    assert said["light"] == {
        "job": JOB,
        "version": shown.version,
        "state": "running",
        "active": True,
        "fraction": shown.fraction,
        "sentence": studies.sentence(shown),
        "message": shown.message,
    }


def test_a_picture_that_cannot_be_made_leaves_the_progress(monkeypatch, caplog):
    def fails(shown: Snapshot, themes: Collection[str]) -> news.Screens:
        raise ZeroDivisionError("odd")

    monkeypatch.setitem(news.TELLERS, "studies", replace(news.TELLERS["studies"], screens=fails))
    said = json.loads(news.tell(snapshot(SPEC, "running", {}), ["light"])["light"])
    assert said["screen"] is None
    assert said["active"]
    assert "odd" in caplog.text


def test_what_is_told_of_a_check_moves_with_the_clock_and_a_study_with_its_blocks():
    check = Check({"claim": "C1.d2"})
    early, late = (view(check, "running", seconds=seconds) for seconds in (1.0, 99.0))
    assert news.stamp(early) != news.stamp(late)
    said = [json.loads(news.tell(each, ["light"])["light"]) for each in (early, late)]
    assert [each["fraction"] for each in said] == [1.0 / check.limit, 1.0]
    assert [each["screen"] for each in said] == [None, None]
    study = snapshot(SPEC, "running", {})
    assert news.stamp(study) == news.stamp(replace(study, seconds=9.0))
    assert news.stamp(study) != news.stamp(replace(study, version=9))


def test_the_end_is_told_at_once_however_long_a_text_takes(desk, monkeypatch):
    monkeypatch.setattr(pace, "SHARE", 1e9)
    events: list[bytes] = []

    async def watch(publisher: Publisher) -> None:
        reader = asyncio.create_task(read(publisher.stream(JOB, "light"), events))
        await until(lambda: versions(events) == [0])
        desk.turn(1)
        seen = desk.looks
        await until(lambda: desk.looks > seen + 3)
        assert versions(events) == [0]
        desk.turn(2, "done")
        await reader

    run(watch, desk)
    assert versions(events) == [0, 2]
    assert events[-1] == END.content


def test_news_become_rarer_the_longer_they_take_and_the_more_jobs_are_watched(monkeypatch):
    monkeypatch.setattr(pace, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(pace, "SHARE", 9.0)
    assert pace.pause(0.02, 1, 1) == pytest.approx(0.18)
    assert pace.pause(0.2, 1, 1) == pytest.approx(1.8)
    assert pace.pause(0.02, 10, 10) == pytest.approx(1.8)
    assert pace.pause(0.02, 1, 40) == pytest.approx(0.72)
    # Ten jobs, each made for 20 ms and then left alone: a tenth of the time goes into all of them.
    assert 10 * 0.02 / (0.02 + pace.pause(0.02, 10, 10)) == pytest.approx(0.1, rel=0.1)
    assert [pace.look_again(jobs) for jobs in (0, 1, 4, 40)] == pytest.approx([0.1, 0.1, 0.1, 1.0])


def test_what_it_takes_to_write_to_all_counts_like_what_it_takes_to_make(desk, monkeypatch):
    took: list[float] = []
    monkeypatch.setattr(live, "pause", lambda seconds, jobs, streams: took.append(seconds) or 0.0)

    async def slow(stream: AsyncIterator[Event]) -> None:
        async for event in stream:
            if event.content.startswith(b"id"):
                time.sleep(0.02)

    async def watch(publisher: Publisher) -> None:
        readers = [asyncio.create_task(slow(publisher.stream(JOB, "light"))) for _ in range(10)]
        await until(lambda: len(took) == 1)
        desk.turn(1, "done")
        await asyncio.gather(*readers)

    run(watch, desk)
    assert took[0] >= 10 * 0.02
