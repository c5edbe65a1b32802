"""Whose job it is, tried by somebody who would like others' to be theirs."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from streamlit.proto.WidgetStates_pb2 import WidgetState

from moeviz.engine import Check, Store, ended_by
from moeviz.engine.folder import Folder
from moeviz.engine.record import Record
from moeviz.engine.snapshot import JobState
from moeviz.errors import MoevizError
from moeviz.study import NUMBERS_VERSION
from moeviz.symbolic.request.selection import CHECK_FIELDS, asked
from moeviz.train.presets import PRESETS as TRAININGS
from moeviz.ui.jobs.routes import FORGET, PATH, jobs_routes
from moeviz.ui.jobs.words import called
from moeviz.ui.lab.study import PICTURE
from moeviz.ui.shared import lecturer, session
from moeviz.ui.shared.lecturer import SHORTEST, announce, holds, is_right, lecturer_route, proof
from moeviz.ui.shared.misses import MOST_ASKERS, Misses
from moeviz.ui.shared.person import COOKIE, person_of
from tests.ui.still import SPEC, StillEngine, component, said, snapshot, visit
from tests.ui.still import told as shown_to
from tests.ui.wire import Client

ANNA, BERT = "0a" * 16, "0b" * 16
"""What their browsers keep."""

KEY = "the key of this very lecture"


class Keeping(StillEngine):
    """Knows of its wishes by the store."""

    store: Store

    def wished_by(self, job: str) -> set[str]:
        return self.folder(job).wishes.by()

    def withdraw(self, job: str, visitor: str, keep: bool = True) -> bool:
        if not self.folder(job).wishes.withdraw(visitor, keep=keep):
            self.cancel(job)
        return not self.jobs[job].active

    def submit(self, spec: Any, visitor: str = "") -> str:
        name = super().submit(spec, visitor)
        self.folder(name).wishes.add(visitor)
        return name

    def folder(self, job: str) -> Folder:
        return self.store.folder(job, "cpu", self.jobs[job].kind)

    def begin(self, spec: object, *visitors: str) -> str:
        """Have a job running that visitors asked for."""
        made = snapshot(spec, "running", {})
        self.jobs[made.job_id] = made
        folder = self.folder(made.job_id)
        folder.write_specification(made.spec.to_json())
        folder.write_record(Record("running"))
        folder.wishes.add(*(who(name) for name in visitors))
        return made.job_id


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, still: StillEngine) -> Keeping:
    made = Keeping()
    made.store = Store(tmp_path)
    monkeypatch.setattr(session, "Engine", lambda **_: made)
    session.engine.clear()
    return made


@pytest.fixture
def client(engine: Keeping, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setenv(lecturer.VARIABLE, KEY)
    monkeypatch.setattr(lecturer, "_TRIES", Misses(lecturer.MOST_TRIES))
    return Client(Starlette(routes=[lecturer_route(""), *jobs_routes("")]))


def stop(engine: Keeping, job: str, state: JobState, message: str = "") -> None:
    """Have a job ended, as the engine would say it to the store."""
    engine.jobs[job] = replace(engine.jobs[job], state=state, message=message)
    engine.folder(job).write_record(Record(state, message))


def as_of(name: str, **more: str) -> dict[str, str]:
    """The headers of a visitor's browser; with `lecturer` a proof besides."""
    cookies = {COOKIE: name, **more}
    return {"cookie": "; ".join(f"{key}={value}" for key, value in cookies.items())}


def who(name: str) -> str:
    from starlette.datastructures import Headers

    return person_of(Headers(as_of(name)))


def jobs_of(client: Client, name: str, **more: str) -> list[str]:
    found = client.get(f"{PATH}.json", headers=as_of(name, **more)).json()
    return [job["job"] for job in found["jobs"]]


# --- One's own.


def test_a_visitor_sees_what_they_asked_for_and_nobody_else_does(client, engine):
    job = engine.begin(SPEC, ANNA)
    answer = client.get(f"{PATH}.json", headers=as_of(ANNA))
    (listed,) = answer.json()["jobs"]
    assert (listed["job"], listed["state"], listed["cancels"]) == (job, "running", True)
    assert listed["link"] == f"convergence?job={job}"
    assert listed["kind"] == "Study"
    assert "Replicates 2" in listed["detail"]
    assert answer.json()["all"] == []
    assert ANNA not in answer.text
    assert who(ANNA) not in answer.text, "not even the digest of a key is shown"
    for other in (BERT, "", "short", who(ANNA), f"{ANNA}0"):
        assert jobs_of(client, other) == []


def test_a_list_that_is_as_before_is_not_sent_again(client, engine):
    engine.begin(SPEC, ANNA)
    first = client.get(f"{PATH}.json", headers=as_of(ANNA))
    known = {**as_of(ANNA), "if-none-match": first.headers["etag"]}
    assert client.get(f"{PATH}.json", headers=known).status_code == 304
    assert "no-store" in first.headers["cache-control"]


def test_two_who_share_a_job_each_cancel_their_part(client, engine):
    job = engine.begin(SPEC, ANNA, BERT)
    answer = client.post(f"{PATH}/{job}/cancel", headers=as_of(ANNA))
    assert "goes on for them" in answer.json()["message"]
    assert not engine.cancelled
    assert jobs_of(client, ANNA) == [job], "what was asked for is remembered"
    assert client.post(f"{PATH}/{job}/cancel", headers=as_of(ANNA)).status_code == 403
    assert (
        client.post(f"{PATH}/{job}/cancel", headers=as_of(BERT)).json()["message"] == "Cancelled."
    )
    assert engine.cancelled == [job]


@pytest.mark.parametrize("state", ["cancelled", "interrupted", "failed"])
def test_a_job_that_stopped_goes_on_for_who_asked_for_it(client, engine, state):
    job = engine.begin(SPEC, ANNA)
    stop(engine, job, state)
    (listed,) = client.get(f"{PATH}.json", headers=as_of(ANNA)).json()["jobs"]
    assert (listed["state"], listed["continues"], listed["cancels"]) == (state, True, False)
    for other in (as_of(BERT), {}, {**as_of(ANNA), "origin": "https://elsewhere.example"}):
        assert client.post(f"{PATH}/{job}/continue", headers=other).status_code == 403
    assert engine.submitted == []
    answer = client.post(f"{PATH}/{job}/continue", headers=as_of(ANNA))
    assert (answer.status_code, answer.json()["message"]) == (200, "It goes on.")
    assert engine.submitted == [SPEC]
    assert engine.wished_by(job) == {who(ANNA)}


def test_what_goes_on_or_is_done_or_of_an_older_arithmetic_is_not_continued(client, engine):
    engine.begin(SPEC, ANNA)
    job = engine.begin(replace(SPEC, numbers=NUMBERS_VERSION - 1), ANNA)
    stop(engine, job, "cancelled")
    finished = engine.begin(TRAININGS["collapse"].build({"steps": 10, "points": 2}), ANNA)
    stop(engine, finished, "done")
    found = client.get(f"{PATH}.json", headers=as_of(ANNA)).json()["jobs"]
    assert len(found) == 3
    assert not any(one["continues"] for one in found)
    assert client.post(f"{PATH}/{job}/continue", headers=as_of(ANNA)).status_code == 409


def test_whose_job_the_lecturer_ended_is_told_so(client, engine):
    job = engine.begin(SPEC, ANNA)
    headers = as_of(BERT, **{lecturer.COOKIE: proof(who(BERT), time.time() + 60)})
    assert client.post(f"{PATH}/{job}/end", headers=headers).status_code == 200
    stop(engine, job, "cancelled", ended_by.MESSAGES["lecturer"])
    (listed,) = client.get(f"{PATH}.json", headers=as_of(ANNA)).json()["jobs"]
    assert listed["ended"] == "Ended by the lecturer"
    assert listed["sentence"] == "Ended by the lecturer after 0 s of computing."
    app = visit(job=job)
    assert "Ended by the lecturer after" in shown_to(app, PICTURE)["sentence"]
    assert any(button.label == "Continue" for button in app.button)


def test_a_job_goes_out_as_one_file_to_who_asked_for_it(client, engine):
    job = engine.begin(SPEC, ANNA)
    address = f"{PATH}/studies/{job}/cpu.json"
    answer = client.get(address, headers=as_of(ANNA))
    assert answer.json()["content"]["hash"] == job
    assert "attachment" in answer.headers["content-disposition"]
    assert client.get(address, headers=as_of(BERT)).status_code == 403
    assert client.get(address).status_code == 403


def test_who_is_forgotten_wants_nothing_and_has_another_key(client, engine):
    job = engine.begin(SPEC, ANNA)
    shared = engine.begin(TRAININGS["collapse"].build({"steps": 10, "points": 2}), ANNA, BERT)
    answer = client.post(FORGET, headers=as_of(ANNA))
    cookies = answer.cookies()
    assert cookies[0].startswith(f"{COOKIE}=")
    assert ANNA not in cookies[0]
    assert cookies[1].startswith(f"{lecturer.COOKIE}=; Max-Age=0")
    assert engine.cancelled == [job]
    assert jobs_of(client, ANNA) == []
    assert jobs_of(client, BERT) == [shared]


# --- Others'.


def test_a_forged_cancel_ends_nothing(client, engine):
    job = engine.begin(SPEC, ANNA)
    line = engine.begin(TRAININGS["collapse"].build({"steps": 10, "points": 2}))
    forged = [
        as_of(BERT),
        as_of(who(ANNA)),  # The digest, which a log may tell.
        as_of(ANNA[:-1]),
        as_of(ANNA.upper()),
        {"x-visitor": ANNA},
        {},
    ]
    for target in (job, line):
        for headers in forged:
            for address in (
                f"{PATH}/{target}/cancel",
                f"{PATH}/{target}/cancel?visitor={ANNA}&{COOKIE}={ANNA}",
                f"{PATH}/{target}/end",
            ):
                answer = client.post(address, headers=headers, content=json.dumps({"key": ANNA}))
                assert answer.status_code == 403, (address, headers)
    assert engine.cancelled == []
    assert engine.wished_by(job) == {who(ANNA)}


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://elsewhere.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_another_site_cannot_cancel_for_a_visitor(client, engine, headers):
    job = engine.begin(SPEC, ANNA)
    for address in (f"{PATH}/{job}/cancel", FORGET):
        answer = client.post(address, headers={**as_of(ANNA), **headers})
        assert answer.status_code == 403
    assert client.get(f"{PATH}/{job}/cancel", headers=as_of(ANNA)).status_code in (404, 405)
    assert engine.wished_by(job) == {who(ANNA)}


@pytest.mark.parametrize(
    "name",
    ["0" * 16, "..", "%2e%2e%2fstore", "A" * 16, "0" * 15, "'; DROP TABLE wishes; --", "x" * 5000],
)
def test_what_is_no_job_of_ones_own_is_one_sentence(client, engine, name):
    engine.begin(SPEC, ANNA)
    for answer in (
        client.post(f"{PATH}/{name}/cancel", headers=as_of(BERT)),
        client.get(f"{PATH}/studies/{name}/cpu.json", headers=as_of(BERT)),
        client.get(f"{PATH}/{name}.json", headers=as_of(BERT)),
    ):
        assert answer.status_code in (403, 404, 405)
        assert "Traceback" not in answer.text


def test_a_page_of_somebody_else_s_job_offers_no_cancel_and_takes_none(engine):
    job = engine.begin(SPEC, ANNA)
    app = visit(job=job)
    labels = {button.label for button in app.button}
    assert "Run it too" in labels
    assert not {"Cancel", "End for all"} & labels
    assert "Others asked" in said(app.markdown)
    app.button(key="lab.too").click().run()
    forged = WidgetState(id=app.button(key="lab.cancel").proto.id, trigger_value=True)
    person = next(iter(engine.wished_by(job) - {who(ANNA)}))
    engine.folder(job).wishes.withdraw(person)
    states = app._tree.get_widget_states()  # What this visitor's browser would send.
    states.widgets.append(forged)
    app._run(states)
    assert engine.cancelled == []
    assert engine.wished_by(job) == {who(ANNA)}


# --- The lecturer.


def given(client: Client, name: str, key: str, **headers: str) -> int:
    sent = {**as_of(name), **headers}
    body = json.dumps({"key": key})
    return client.post(lecturer.PATH, headers=sent, content=body).status_code


def test_who_has_the_key_sees_all_jobs_and_may_end_any(client, engine, caplog):
    job = engine.begin(SPEC, ANNA)
    body = json.dumps({"key": KEY})
    answer = client.post(lecturer.PATH, headers=as_of(BERT), content=body)
    (cookie,) = answer.cookies()
    assert "HttpOnly" in cookie
    assert "Max-Age" not in cookie, "it ends with the browser"
    assert KEY not in cookie
    shown = cookie.split(";")[0].partition("=")[2]
    mine = as_of(BERT, **{lecturer.COOKIE: shown})
    found = client.get(f"{PATH}.json", headers=mine).json()
    assert [one["job"] for one in found["all"]] == [job]
    for other in (
        as_of(ANNA, **{lecturer.COOKIE: shown}),
        {"cookie": f"{lecturer.COOKIE}={shown}"},
    ):
        assert client.get(f"{PATH}.json", headers=other).json()["all"] == []
        assert client.post(f"{PATH}/{job}/end", headers=other).status_code == 403
    with caplog.at_level("WARNING", "moeviz.ui.shared.power"):
        assert client.post(f"{PATH}/{job}/end", headers=mine).status_code == 200
    assert engine.cancelled == [job]
    assert f"visitor {who(BERT)[:8]}, ended studies {job}, which 1 wanted" in caplog.text
    assert who(BERT) not in caplog.text  # Sixteen digits are read as a job's.


def test_a_text_of_ones_own_is_not_shown_to_the_lecturer(client, engine):
    text = ("We hold these truths to be self-evident. " * 400).encode()
    engine.begin(TRAININGS["collapse"].build({"steps": 10, "points": 2}, text), ANNA)
    headers = as_of(BERT, **{lecturer.COOKIE: proof(who(BERT), time.time() + 60)})
    (listed,) = client.get(f"{PATH}.json", headers=headers).json()["all"]
    assert (listed["link"], listed["detail"]) == ("", "a text of somebody's own")
    (own,) = client.get(f"{PATH}.json", headers=as_of(ANNA)).json()["jobs"]
    assert own["link"].startswith("train?job=")


@pytest.mark.parametrize(
    "key", ["", "x", KEY[:-1], KEY + "0", KEY.upper(), "0" * 5000, "\0", "é", "\ud800"]
)
def test_a_wrong_key_is_refused(client, monkeypatch, key):
    monkeypatch.setattr(lecturer.asyncio, "sleep", _at_once)
    assert given(client, BERT, key) == 403
    assert not is_right(key)


def test_keys_cannot_be_tried_for_long(client, monkeypatch):
    monkeypatch.setattr(lecturer.asyncio, "sleep", _at_once)
    tried = [given(client, BERT, f"guess {n}") for n in range(lecturer.MOST_TRIES + 3)]
    assert tried == [403] * lecturer.MOST_TRIES + [429] * 3
    assert given(client, ANNA, KEY) == 429, "another name does not help"


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "1", '{"key": 1}', '{"key": null}', "[" * 900, r'{"key": "\ud800"}']
)
def test_what_is_no_key_is_refused(client, monkeypatch, body):
    monkeypatch.setattr(lecturer.asyncio, "sleep", _at_once)
    assert client.post(lecturer.PATH, headers=as_of(BERT), content=body).status_code == 403


def test_who_has_no_name_or_comes_from_elsewhere_cannot_be_the_lecturer(client):
    body = json.dumps({"key": KEY})
    assert client.post(lecturer.PATH, content=body).status_code == 403
    assert given(client, BERT, KEY, origin="https://elsewhere.example") == 403
    assert client.get(f"{lecturer.PATH}?key={KEY}").status_code == 405


def test_a_proof_is_a_person_s_and_ends(monkeypatch):
    monkeypatch.setenv(lecturer.VARIABLE, KEY)
    now = time.time()
    good = proof("a" * 16, now + 60)
    assert holds(good, "a" * 16)
    until, _, mac = good.partition(".")
    forged = [
        ("", "a" * 16), (good, ""), (good, "b" * 16), (good[:-1], "a" * 16), (mac, "a" * 16),
        (f"{int(until) + 9999}.{mac}", "a" * 16), (f"{'9' * 30}.{mac}", "a" * 16),
        (f"-1.{mac}", "a" * 16), (f"²{until}.{mac}", "a" * 16), (f"{until}.é", "a" * 16),
        (proof("a" * 16, now - 1), "a" * 16),
    ]  # fmt: skip
    assert [holds(shown, of) for shown, of in forged] == [False] * len(forged)
    monkeypatch.setenv(lecturer.VARIABLE, KEY + "!")
    assert not holds(good, "a" * 16), "of another key"


def test_a_key_is_drawn_where_none_is_given_and_a_short_one_refused(monkeypatch):
    monkeypatch.setattr(lecturer, "_said", [])
    monkeypatch.delenv(lecturer.VARIABLE, raising=False)
    assert lecturer.key() == lecturer.key()
    assert len(lecturer.key()) == 32
    lines: list[str] = []
    announce(lines.append)
    announce(lines.append)
    assert lines == [f"Lecturer's key, until this server ends: {lecturer.key()}"]
    monkeypatch.setenv(lecturer.VARIABLE, "x" * (SHORTEST - 1))
    with pytest.raises(MoevizError, match="at least 16"):
        lecturer.key()
    monkeypatch.setenv(lecturer.VARIABLE, KEY)
    monkeypatch.setattr(lecturer, "_said", [])
    announce(lines.append)
    assert KEY not in lines[-1], "one that was given is not repeated"


async def _at_once(seconds: float) -> None:
    assert seconds > 0


# --- Guesses.


def test_who_asks_for_what_there_is_not_is_refused_after_a_while():
    now = [0.0]
    misses = Misses(3, 60.0, lambda: now[0])
    for _ in range(10):
        misses.note("a", "the same")
    assert not misses.too_many("a"), "a link that is stale is one miss, however often it is opened"
    for number in range(5):
        misses.note("a", str(number))
    assert misses.too_many("a")
    assert not misses.too_many("b")
    now[0] = 61.0
    assert not misses.too_many("a")


def test_many_addresses_share_one_count_in_the_end():
    misses = Misses(2)
    for number in range(MOST_ASKERS + 10):
        misses.note(f"place {number}", "x")
        misses.note(f"place {number}", f"{number}")
    assert len(misses._askers) == MOST_ASKERS + 1
    assert misses.too_many("a new one")


def test_pages_refuse_who_guesses(still, monkeypatch):
    from moeviz.ui.shared import jobs

    monkeypatch.setattr(jobs, "MISSES", Misses(2))
    looked: list[str] = []
    monkeypatch.setattr(still, "look", _missing(looked))
    for number in range(4):
        visit(preset="cosine-exact", job=f"{number:016x}")
    assert set(looked) == {f"{number:016x}" for number in range(2)}


def _missing(looked: list[str]):  # type: ignore[no-untyped-def]
    from moeviz.engine import UnknownJobError

    def look(job: str) -> None:
        looked.append(job)
        raise UnknownJobError(f"Expected a known job, but got {job}.")

    return look


# --- Words, and the page.


def test_each_kind_of_job_has_a_name_and_a_place(tmp_path):
    from moeviz.engine.name import Name

    store = Store(tmp_path)
    composed = {"compose": asked({name: field.default for name, field in CHECK_FIELDS.items()})}
    wanted = {
        ("studies", SPEC.hash): (SPEC.to_json(), "Study", "convergence?job="),
        ("checks", "1" * 16): (Check({"claim": "C1.d2"}).to_json(), "Check", "checker?claim=C1.d2"),
        ("checks", "2" * 16): (composed, "Check", "checker?v=1"),
    }
    for (kind, job), (data, word, link) in wanted.items():
        name = Name(kind, job, "cpu")
        Folder(name, store.root, store.shelf).write_specification(data)
        found = called(store, name)
        assert (found.kind, found.link[: len(link)]) == (word, link)
        assert found.title
    assert called(store, Name("studies", "9" * 16, "cpu")).title == "9" * 16


def test_the_page_stands(still):
    app = visit("pages/lab/jobs.py")
    assert not app.exception
    assert component(app, "jobs.list")
