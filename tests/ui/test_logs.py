"""What the server writes down: one line for each event, and nothing that nobody may read."""

from __future__ import annotations

import asyncio
import json
import logging

import pytest
from starlette.datastructures import Headers

from moeviz.ui.shared.lecturer import VARIABLE
from moeviz.ui.shared.logs import VISITOR, Line, Seen, begin_to_write, clean
from moeviz.ui.shared.person import person_of
from tests.ui.asks import ask

COOKIE = "0123456789abcdef0123456789abcdef"
PERSON = person_of(Headers({"cookie": f"moeviz_visitor={COOKIE}"}))
JOB = "5ac0ffee5ac0ffee"


def record(message: str, *args: object, **more: object) -> logging.LogRecord:
    made = logging.LogRecord("moeviz.engine", logging.WARNING, "f.py", 1, message, args, None)
    for name, value in more.items():
        setattr(made, name, value)
    return made


def failed(message: str) -> logging.LogRecord:
    made = record(message)
    try:
        raise ValueError("two\nlines; Cookie: moeviz_visitor=" + COOKIE)
    except ValueError as error:
        made.exc_info = (type(error), error, error.__traceback__)
    return made


def test_a_line_has_time_level_job_and_visitor():
    token = VISITOR.set(PERSON)
    try:
        line = Line().format(record("Job %s is %s", JOB, "done"))
    finally:
        VISITOR.reset(token)
    time, rest = line.split(" ", 1)
    assert time.endswith("+00:00")
    shown = PERSON[:8]
    assert rest == f"warning job={JOB} visitor={shown} moeviz.engine: Job {JOB} is done"


def test_a_line_of_json_says_the_same_and_parses():
    event = json.loads(Line(as_json=True).format(record("Job %s begins", JOB)))
    assert (event["level"], event["job"], event["visitor"]) == ("warning", JOB, "")
    assert event["message"] == f"Job {JOB} begins"


@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize("message", ["a\nb", "a\r\n2026 info fake", "a\x1b[31mred", "a\u2028b"])
def test_one_event_is_one_line_whatever_somebody_sent(as_json, message):
    line = Line(as_json).format(record(message))
    assert len(line.splitlines()) == 1
    assert line.isprintable()
    assert len(Line(as_json).format(failed(message)).splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"GET / Cookie: a=b; moeviz_visitor={COOKIE}; c=d", COOKIE),
        (f"{{'moeviz_visitor={COOKIE}'}}", COOKIE),
        ("a=b; moeviz_lecturer=1796000000.abcdef", "abcdef"),
        ("_streamlit_xsrf=2|abc|def|123", "abc"),
        ("_streamlit_user=xyz", "xyz"),
        ("Set-Cookie: session=s3cret; Path=/", "s3cret"),
        ("/room?key=s3cret&x=1", "s3cret"),
        ("Authorization: Bearer s3cret", "s3cret"),
        ("postgresql+psycopg://me:s3cret@host/db", "s3cret"),
        ("the key is lecturers-own-key.", "lecturers-own-key"),
    ],
)
def test_keys_and_cookies_are_taken_out(text, secret, monkeypatch):
    monkeypatch.setenv(VARIABLE, "lecturers-own-key")
    assert secret not in clean(text)
    assert secret not in Line().format(record(text))
    assert secret not in Line(as_json=True).format(record("%s", text))


def test_a_trace_has_no_cookie_either():
    assert COOKIE not in Line().format(failed("a"))


def test_a_request_is_its_browsers_and_says_no_name():
    seen = []

    async def app(scope, receive, send):
        seen.append(VISITOR.get())
        await send({"type": "http.response.start", "status": 200})

    for cookie in (f"moeviz_visitor={COOKIE}", "moeviz_visitor=<x>", 'bad"=;;', ""):
        ask(Seen(app), headers={"cookie": cookie})
    assert seen == [PERSON, "", "", ""]
    assert COOKIE[:8] not in seen[0]
    assert VISITOR.get() == ""


def test_threads_that_a_request_starts_know_whose_it_is():
    async def asks():
        VISITOR.set("abc")
        return await asyncio.to_thread(lambda: Line().format(record("x")))

    assert "visitor=abc " in asyncio.run(asks())


def test_all_that_is_written_down_goes_one_way(monkeypatch, capsys):
    monkeypatch.setenv("MOEVIZ_LOG", "json")
    root, own = logging.getLogger(), logging.getLogger("streamlit.tried")
    before, level = root.handlers[:], root.level
    own.handlers[:] = [logging.StreamHandler()]
    try:
        begin_to_write()
        own.warning("once")
        logging.getLogger("uvicorn.access").info("which page")
        logging.getLogger("distributed.tried").info("chatter")
        logging.getLogger("uvicorn.error").error(
            "ASGI callable returned without completing handshake."
        )
    finally:
        root.handlers[:], root.level = before, level
    lines = capsys.readouterr().err.splitlines()
    assert [json.loads(line)["message"] for line in lines] == ["once"]
