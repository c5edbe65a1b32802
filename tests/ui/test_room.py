"""What browsers ask of lecture rooms: who may, how much, and what all are told."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event as events
from sqlalchemy.pool import Pool
from starlette.applications import Starlette

from moeviz.engine import Store
from moeviz.rooms.agenda import Agenda
from moeviz.rooms.hall import Hall
from moeviz.rooms.step import Step
from moeviz.ui.room import routes as rooms
from moeviz.ui.room.bulletin import Bulletin
from moeviz.ui.room.desk import Picture
from moeviz.ui.room.opening import agenda_of
from moeviz.ui.room.phone import phone_page
from moeviz.ui.room.requests import MOST_BYTES
from moeviz.ui.room.texts import PUBLIC

CHOICE = Step("which", "Which?", "choice", options=(("a", "A"), ("b", "B")), notes="secret")
AGENDA = Agenda("Lesson", "lessons", (CHOICE, Step("look", "Look", page="gates")))


@dataclass
class Answer:
    """What came back."""

    status_code: int
    headers: dict[str, str]
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()

    def json(self) -> Any:
        return json.loads(self.content)


class Browser:
    """Somebody's browser, with its cookies."""

    def __init__(self, app: Starlette) -> None:
        self.app = app
        self.cookies: dict[str, str] = {}

    def get(self, path: str) -> Answer:
        return self._ask("GET", path, b"", {})

    def post(
        self, path: str, data: object = None, body: bytes | None = None, **more: str
    ) -> Answer:
        content = json.dumps(data).encode() if body is None else body
        return self._ask("POST", path, content, {"content-type": "application/json", **more})

    def _ask(self, method: str, path: str, body: bytes, more: dict[str, str]) -> Answer:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"host": "lab.example", "cookie": cookies, **more}
        scope = {
            "type": "http", "method": method, "path": path, "raw_path": path.encode(),
            "query_string": b"", "scheme": "http", "root_path": "", "http_version": "1.1",
            "client": ("10.0.0.9", 1), "server": ("lab.example", 80),
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        }  # fmt: skip
        sent: list[dict[str, Any]] = []
        parts = [body[at : at + 4096] for at in range(0, len(body), 4096)] or [b""]

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        asyncio.run(self.app(scope, receive, send))
        found = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        if "set-cookie" in found:
            name, _, value = found["set-cookie"].partition(";")[0].partition("=")
            self.cookies[name] = value
        content = b"".join(message.get("body", b"") for message in sent[1:])
        return Answer(sent[0]["status"], found, content)


class Place:
    """A hall behind its addresses, and browsers that visit it."""

    def __init__(self, home: Path, picture: Picture = lambda seen, name: None) -> None:
        self.hall = Hall(Store(home))
        self.bulletin = Bulletin(lambda: self.hall)
        desk = rooms.Desk(self.bulletin, lambda: self.hall, "", picture)
        self.app = Starlette(routes=rooms.room_routes(desk, ""))
        self.code, self.key = self.hall.lectern.open(AGENDA)

    def browser(self) -> Browser:
        return Browser(self.app)

    def ask(
        self,
        browser: Browser,
        path: str,
        data: object = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        place = f"/moeviz/room/{self.code}/{path}"
        return browser.post(place, {} if data is None else data, **(headers or {}))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    yield made
    made.bulletin._threads.shutdown()
    made.hall.close()


def test_a_phone_joins_answers_and_finds_its_place_after_a_reload(place: Place):
    phone, desk = place.browser(), place.browser()
    joined = place.ask(phone, "join", {"nickname": "<b>Anna</b>"})
    assert joined.json() == {"code": place.code, "nickname": "<b>Anna</b>", "answers": {}}
    cookie = joined.headers["set-cookie"]
    assert f"Path=/moeviz/room/{place.code}" in cookie
    assert {"HttpOnly", "SameSite=strict"} <= {part.strip() for part in cookie.split(";")}
    assert place.ask(phone, "answer", {"step": "which", "answer": "a"}).json()["answer"] == "a"
    me = phone.get(f"/moeviz/room/{place.code}/me").json()
    assert me["answers"] == {"which": {"content": "a", "verdict": "unknown"}}
    told = phone.get(f"/moeviz/room/{place.code}/stream.json")
    assert (told.json()["count"], told.json()["together"]) == (1, None)
    assert "secret" not in told.text

    assert place.ask(desk, "claim", {"key": place.key}).status_code == 200
    lead = desk.get(f"/moeviz/room/{place.code}/lead.json").json()
    assert lead["together"]["bars"] == [["a", 1], ["b", 0]]
    assert lead["notes"] == "secret"
    assert place.ask(desk, "act", {"action": "reveal"}).json() == {"done": "reveal"}
    told = phone.get(f"/moeviz/room/{place.code}/stream.json").json()
    assert told["together"]["bars"] == [["a", 1], ["b", 0]]
    late = place.ask(phone, "answer", {"step": "which", "answer": "b"})
    assert (late.status_code, "not now" in late.json()["message"]) == (409, True)
    table = desk.get(f"/moeviz/room/{place.code}/answers.csv").text
    assert table.splitlines()[1] == "1,Which?,choice,A,,0"
    assert "Anna" not in table


def test_a_student_s_key_gives_no_power_and_none_is_answered_alike(place: Place):
    phone, stranger = place.browser(), place.browser()
    place.ask(phone, "join")
    token = phone.cookies["moeviz_room_member"]
    phone.cookies["moeviz_room_lecturer"] = token
    for action in ("reveal", "end", "lead", "undo", "ask", "came"):
        assert place.ask(phone, "act", {"action": action, "value": 1}).status_code == 403
    for path in ("lead", "lead.json", "answers.csv"):
        for browser in (phone, stranger):
            assert browser.get(f"/moeviz/room/{place.code}/{path}").status_code == 403
    assert place.ask(phone, "claim", {"key": token}).status_code == 403
    assert place.hall.books.found(place.code).state.revealed == ()
    other = "AAAAAA" if place.code != "AAAAAA" else "AAAAAB"
    for path, status in (("me", 200), ("stream", 404), ("stream.json", 404)):
        said = [stranger.get(f"/moeviz/room/{code}/{path}") for code in (place.code, other)]
        assert [each.status_code for each in said] == [status, status]
        assert said[0].content == said[1].content
    assert place.ask(stranger, "answer", {"step": "which", "answer": "a"}).status_code == 404


def test_other_sites_pages_oversize_bodies_and_no_json_change_nothing(place: Place):
    phone = place.browser()
    place.ask(phone, "join")
    answer = {"step": "which", "answer": "a"}
    for headers in (
        {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://lab.example"},
    ):  # fmt: skip
        assert place.ask(phone, "answer", answer, headers).status_code == 400
    path = f"/moeviz/room/{place.code}/answer"
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert phone.post(path, answer, **form).status_code == 400
    for body in (b"x" * (MOST_BYTES + 1), b"[1]", b"{", b"\xff", b'{"step": NaN}', b"[" * 5000):
        found = phone.post(path, body=body)
        assert (found.status_code, list(found.json())) == (400, ["message"])
    for said in (
        {}, {"step": None}, {"step": ["which"], "answer": "a"}, {"step": "which"},
        {"step": "which", "answer": {"a": 1}}, {"step": "look", "answer": "a"},
    ):  # fmt: skip
        assert place.ask(phone, "answer", said).status_code == 409
    assert place.hall.books.found(place.code).answers == {}
    assert place.ask(phone, "answer", answer, {"Origin": "http://lab.example"}).status_code == 200
    assert place.ask(phone, "join", {"nickname": 7}).status_code == 409
    assert phone.get("/moeviz/room/%2e%2e/me").json() == {"joined": False}


def test_all_phones_get_one_text_for_each_change(place: Place):
    async def listen() -> list[list[dict[str, object]]]:
        heard: list[list[dict[str, object]]] = [[], [], []]

        async def phone(number: int) -> None:
            async for event in place.bulletin.stream(place.code, PUBLIC, number, number):
                for line in event.content.decode().splitlines():
                    if line.startswith("data: {"):
                        heard[number].append(json.loads(line.removeprefix("data: ")))
                        last.set()
                if heard[number] and heard[number][-1]["ended"]:
                    return

        last = asyncio.Event()
        phones = [asyncio.create_task(phone(number)) for number in range(3)]
        async with asyncio.timeout(20):
            while not all(heard) or heard[0][-1]["here"] != 3:
                last.clear()
                await last.wait()
            for action in ("pause", "hide", "end"):
                act = place.hall.lectern.act
                await place.bulletin.work(lambda act=act, do=action: act(place.code, place.key, do))
                place.bulletin.stir(place.code)
                await asyncio.sleep(0.3)
            await asyncio.gather(*phones)
        return heard

    heard = asyncio.run(listen())
    assert heard[0][-1] == heard[1][-1] == heard[2][-1]
    assert heard[0][-1]["ended"] == "lecturer"
    assert [(each["paused"], each["hidden"]) for each in heard[0]][-3:] == [
        (True, False),
        (True, True),
        (True, True),
    ]


def test_a_room_is_opened_from_any_page_and_asks_for_a_study_s_slope(place: Place):
    gates = agenda_of({"page": "gates?v=2&beta=1,0", "title": "Gates"})
    assert [step.kind for step in gates.steps] == ["look"]
    lab = agenda_of({"page": "convergence?preset=cosine-exact&seed=7", "title": "Lab"})
    assert [step.kind for step in lab.steps] == ["look", "slope"]
    assert lab.steps[1].run["values"] == {"seed": "7"}
    odd = agenda_of({"page": "convergence?preset=none-such", "title": "Lab"})
    assert [step.kind for step in odd.steps] == ["look"]
    browser = place.browser()
    opened = browser.post("/moeviz/room/open", {"page": "gates", "title": "Gates"})
    assert len(opened.json()["code"]) == 6
    for page in ("https://evil.example", "//evil.example", "../x", "x" * 3000, None):
        wrong = browser.post("/moeviz/room/open", {"page": page, "title": "x"})
        assert wrong.status_code == 409


@pytest.mark.parametrize("base", ["", "/lab"])
def test_the_phones_page_loads_nothing_but_its_own(base: str):
    page = phone_page(base)
    assert f'src="{base}/moeviz/script/phone-' in page
    assert "http" not in page.replace("http-equiv", "")
    assert "<script>" not in page


def test_a_class_that_comes_back_waits_for_nothing_that_computes():
    script = "import sys, moeviz.ui.room.routes; print(*sys.modules)"
    said = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    heavy = ("torch", "sympy", "numba", "scipy", "moeviz.lessons")
    assert [name for name in heavy if name in said.stdout.split()] == []


def test_a_store_that_cannot_be_written_to_refuses_in_a_sentence_and_all_can_still_be_seen(
    place: Place,
):
    phone, desk = place.browser(), place.browser()
    place.ask(phone, "join")
    place.ask(phone, "answer", {"step": "which", "answer": "a"})
    place.ask(desk, "claim", {"key": place.key})
    place.hall.lectern._noted.clear()  # As after a minute.

    def shut(connection: Any, *_: Any) -> None:
        connection.execute("PRAGMA query_only = ON")

    def opened(connection: Any, *_: Any) -> None:
        connection.execute("PRAGMA query_only = OFF")

    events.listen(Pool, "checkout", shut)
    try:
        for who, path in ((phone, "stream.json"), (phone, "me"), (desk, "lead.json")):
            assert who.get(f"/moeviz/room/{place.code}/{path}").status_code == 200
        refused = [
            place.ask(phone, "answer", {"step": "which", "answer": "b"}),
            place.ask(desk, "act", {"action": "reveal", "value": "which"}),
            place.ask(place.browser(), "join"),
        ]
    finally:
        events.remove(Pool, "checkout", shut)
        events.listen(Pool, "checkout", opened)
    try:
        assert [answer.status_code for answer in refused] == [503] * 3
        assert len({answer.json()["message"] for answer in refused}) == 1
        # Nothing is half done: what is kept is what is told, and it goes on as before.
        assert phone.get(f"/moeviz/room/{place.code}/me").json()["answers"]["which"] == {
            "content": "a", "verdict": "unknown"
        }  # fmt: skip
        assert place.ask(phone, "answer", {"step": "which", "answer": "b"}).json()["answer"] == "b"
        assert place.ask(desk, "act", {"action": "reveal", "value": "which"}).status_code == 200
    finally:
        events.remove(Pool, "checkout", opened)
