"""Uploaded specifications: what the page wrote is read back, anything else is refused."""

from __future__ import annotations

import json

import pytest

from moeviz.charts.printed import printed
from moeviz.errors import SpecificationError
from moeviz.export.words import LONGEST_LINK
from moeviz.study import FIELDS_VERSION, PRESETS, assemble
from moeviz.study.document import MOST_BYTES
from moeviz.study.kept import kept_result
from moeviz.ui.lab.files import offers, read_specification

ADDRESS = "https://lab.example/convergence?preset=cosine-exact"
SPEC = PRESETS["lab"].build({"sizes": (300, 900), "noise": 0.2})


@pytest.mark.parametrize(
    "data",
    [SPEC.to_json(), printed(assemble(SPEC, {}, 0.0, "cpu"))],
    ids=["a specification", "a result"],
)
def test_what_the_page_wrote_is_read_back(data):
    assert read_specification(json.dumps(data).encode()) == SPEC


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"null",
        b"[1]",
        b'"text"',
        b"[" * 50_000,
        b"9" * 6_000,
        b" " * (MOST_BYTES + 1),
        b'{"fields": 1}',
        json.dumps({"schema": FIELDS_VERSION + 1, "preset": "lab", "fields": {}}).encode(),
        json.dumps({"schema": FIELDS_VERSION, "preset": "lab", "fields": {"unheard": 1}}).encode(),
        json.dumps({**SPEC.to_json(), "fields": {**SPEC.fields, "sizes": [0]}}).encode(),
        json.dumps({**SPEC.to_json(), "fields": {**SPEC.fields, "noise": None}}).encode(),
        json.dumps({**SPEC.to_json(), "fields": {**SPEC.fields, "noise": float("nan")}}).encode(),
    ],
)
def test_anything_else_gives_one_sentence(content):
    with pytest.raises(SpecificationError) as caught:
        read_specification(content)
    said = str(caught.value)
    assert said.startswith("Expected")
    assert said.endswith(".")
    assert "\n" not in said


def test_a_finished_study_is_offered_as_every_file_under_its_own_name():
    result = kept_result("cosine-exact").result
    files = {offer.file_name: offer for offer in offers(result, ADDRESS)}
    assert {name.removeprefix(f"moeviz-cosine-exact-{result.hash}") for name in files} == {
        ".csv", ".svg", ".tex", ".ipynb", ".pdf", "-specification.json", ".json",
    }  # fmt: skip
    assert len({offer.label for offer in files.values()}) == len(files)
    for offer in files.values():
        assert offer.help
        assert offer.content()
    document = files[f"moeviz-cosine-exact-{result.hash}.ipynb"].content()
    assert ADDRESS in document


def test_an_unfinished_study_makes_no_notebook_and_a_long_address_is_left_out():
    empty = assemble(SPEC, {}, 0.0, "cpu")
    long = f"https://lab.example/?{'a' * LONGEST_LINK}"
    files = {offer.file_name.rsplit(".")[-1]: offer for offer in offers(empty, long)}
    assert "ipynb" not in files
    for ending in ("svg", "tex", "pdf"):
        content = files[ending].content()
        assert content
        assert long not in str(content)
