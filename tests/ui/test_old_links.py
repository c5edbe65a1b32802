"""Links that were given away open what they opened then: forty of them, frozen as data."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from moeviz.study import FIELDS, PRESETS
from moeviz.symbolic.request.selection import CHECK_FIELDS
from moeviz.ui.checker.link import CHECKER, plain_request
from moeviz.ui.lab.link import LAB

LINKS = json.loads((Path(__file__).parent / "data" / "old_links.json").read_text("utf-8"))
OF_LAB = [link for link in LINKS if link["page"] == "lab"]
OF_CHECKER = [link for link in LINKS if link["page"] == "checker"]
NAMING = [link for link in OF_CHECKER if link["link"]]
"""An empty address names nothing: it opens what the page begins with today."""


def test_there_are_forty():
    assert len(OF_LAB) + len(OF_CHECKER) == len(LINKS) == 40


@pytest.mark.parametrize("old", OF_LAB, ids=lambda old: old["link"] or "none")
def test_the_lab_opens_the_same_study(old):
    asked = LAB.read(dict(parse_qsl(old["link"], keep_blank_values=True)))
    spec = PRESETS[asked.own["preset"]].build(asked.values)
    assert asked.own["preset"] == old["preset"]
    fields = spec.to_json()["fields"]
    assert {name: fields.get(name) for name in old["fields"]} == old["fields"]
    # What has become a field since has the value that the study was run with then.
    assert all(spec[name] == FIELDS[name].default for name in fields.keys() - old["fields"].keys())
    assert replace(spec, numbers=2).hash == old["hash"]
    assert asked.own["job"] == old["job"]
    assert list(asked.own["guess"]) == old["guesses"]
    assert asked.own["kept"] == old["kept"]


@pytest.mark.parametrize("old", NAMING, ids=lambda old: old["link"] or "none")
def test_the_checker_opens_the_same_question(old):
    asked = CHECKER.read(dict(parse_qsl(old["link"], keep_blank_values=True)))
    assert plain_request(asked) == tidied(old["request"])


def tidied(request: dict[str, Any]) -> dict[str, Any]:
    """A request with its formulas as they are written now: the same formulas, spaced alike."""
    if "compose" not in request:
        return request
    fields = [(name, value, CHECK_FIELDS[name]) for name, value in request["compose"].items()]
    return {"compose": {name: f.read(v) if f.reader and v else v for name, v, f in fields}}
