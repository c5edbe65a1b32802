"""Documents that somebody hands in: whatever no specification can hold is refused in a sentence."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moeviz.errors import MoevizError, SpecificationError
from moeviz.study import FIELDS, FIELDS_VERSION, PRESETS, Specification
from moeviz.study.document import MOST_LEVELS, check_plain, read_document

SPEC = PRESETS["lab"].build({"sizes": (300, 900)})
WRITTEN = json.dumps(SPEC.to_json())
NUMBERS = [name for name, field in FIELDS.items() if field.kind in ("int", "float", "sizes")]
TEXTS = [name for name, field in FIELDS.items() if field.kind not in ("int", "float", "sizes")]


def with_field(name: str, value: Any) -> bytes:
    return json.dumps({**SPEC.to_json(), "fields": {**SPEC.fields, name: value}}).encode()


def with_text(name: str, text: str) -> bytes:
    """The document with a field written as it stands, JSON or not."""
    mark = json.dumps("here it stands")
    return with_field(name, "here it stands").replace(mark.encode(), text.encode())


def sentence(error: MoevizError) -> str:
    said = str(error)
    said.encode()
    assert said.startswith("Expected")
    assert said.endswith(".")
    assert "\n" not in said
    assert len(said) < 1500
    return said


def refusal(content: bytes) -> str:
    with pytest.raises(SpecificationError) as caught:
        Specification.from_json(read_document(content))
    return sentence(caught.value)


BEYOND = ["9" * 309, "-" + "9" * 309, "9" * 4200, "9" * 5000, "1e999", "-1e400"]
NO_NUMBERS = ["NaN", "Infinity", "-Infinity", "true", "null", '"5"', "{}"]
OF_PYTHON = [10**309, -(10**5000), math.inf, math.nan, True, None, [[1]], "\ud800"]
NO_TEXTS = ["\ud800", "x\udfff", ["\ud800"], 5, None, True, {"a": 1}]


@pytest.mark.parametrize("name", NUMBERS)
def test_what_is_no_number_is_refused_in_any_field_of_numbers(name):
    for value in (*BEYOND, *NO_NUMBERS):
        refusal(with_text(name, value))
        refusal(with_text(name, f"[{value}]"))


@pytest.mark.parametrize("name", NUMBERS)
def test_a_field_refuses_what_python_hands_it(name):
    for value in OF_PYTHON:
        for handed in (value, [value]):
            with pytest.raises(SpecificationError) as caught:
                FIELDS[name].check(handed)
            sentence(caught.value)


@pytest.mark.parametrize("name", NUMBERS)
def test_a_link_or_a_command_refuses_the_same(name):
    for text in (*BEYOND, "nan", "inf", "\ud800", ""):
        with pytest.raises(SpecificationError) as caught:
            FIELDS[name].read(text)
        sentence(caught.value)


@pytest.mark.parametrize("name", TEXTS)
def test_half_a_character_and_what_is_no_text_are_refused_in_any_text(name):
    for value in NO_TEXTS:
        refusal(with_field(name, value))


@pytest.mark.parametrize("key", ["preset", "schema", "fields", "\ud800"])
@pytest.mark.parametrize("value", ["\ud800", 10**400, [[["\udc00"]]], 1e999, [], None, False])
def test_nonsense_beside_the_fields_is_refused(key, value):
    document = {**SPEC.to_json(), key: value}
    refusal(json.dumps(document).encode())


def test_an_unknown_field_of_half_a_character_can_be_spoken_of():
    with pytest.raises(SpecificationError) as caught:
        Specification.make("lab", {**SPEC.fields, "\ud800": 1})
    sentence(caught.value)
    with pytest.raises(SpecificationError) as caught:
        PRESETS["\ud800"]
    sentence(caught.value)


@pytest.mark.parametrize("levels", [MOST_LEVELS, 200, 900, 980, 20_000])
def test_deep_nesting_is_refused(levels):
    assert "within" in refusal(with_text("noise", "[" * levels + "]" * levels)) or levels > 900


def test_a_key_that_stands_twice_is_refused():
    assert "'noise'" in refusal(WRITTEN.replace('"noise":', '"noise": 1, "noise":').encode())
    assert "'schema'" in refusal(
        WRITTEN.replace('"schema":', f'"schema": {FIELDS_VERSION}, "schema":').encode()
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_what_was_written_is_read_back(encoding):
    assert Specification.from_json(read_document(WRITTEN.encode(encoding))) == SPEC


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_plain_data_pass_or_are_refused_in_a_sentence(data):
    try:
        check_plain(data)
    except SpecificationError as error:
        sentence(error)
    else:
        json.dumps(data, allow_nan=False, ensure_ascii=False).encode()
