"""How links are read where no field does."""

from __future__ import annotations

import pytest

from moeviz.errors import SpecificationError
from moeviz.ui.shared.readers import (
    between_commas,
    digits,
    finite,
    flag,
    numbers,
    one_of,
    place,
    unless,
    when_on,
)


def test_numbers_come_back_as_a_link_says_them():
    read = numbers("x", 10.0, 6, by=2)
    assert read("1,-2.5,3e0,0") == (1.0, -2.5, 3.0, 0.0)
    assert between_commas(read("1,-2.5")) == "1,-2.5"
    assert between_commas(()) is None


@pytest.mark.parametrize(
    "text", ["", "1", "1,2,3", "1,11", "1,nan", "1,inf", "1,", "1,a", "1,2," * 3 + "1,2"]
)
def test_what_is_no_such_numbers_is_a_sentence(text):
    with pytest.raises(SpecificationError, match="x to be few numbers between -10 and 10, separ"):
        numbers("x", 10.0, 6, by=2, which="few ")(text)


def test_places_and_names():
    assert place("p to be a step", 12)("12") == 12
    assert one_of("kind", ("a", "b"))("b") == "b"
    for text in ("0", "13", "01", "1" * 5000, "one", ""):
        with pytest.raises(SpecificationError, match="Expected p to be a step from 1 to 12"):
            place("p to be a step", 12)(text)
    with pytest.raises(SpecificationError, match=r"kind to be one of a, b, but got 'c'; go back\."):
        one_of("kind", ("a", "b"), "go back")("c")


def test_of_many_names_a_sentence_lists_the_nearest():
    names = [f"paper-fig{number}" for number in range(1, 10)]
    with pytest.raises(SpecificationError) as error:
        one_of("figure", names)("paper-fig77")
    assert "paper-fig7, " in str(error.value)
    assert "and 4 more" in str(error.value)
    assert str(error.value).count("paper-fig") == 6, "five names, and what was typed"


def test_a_number_that_is_none_and_a_default_that_need_not_be_said():
    assert finite("2", 2.0) == 2.0
    assert [finite(text, 2.0) for text in ("2.1", "nan", "x")] == [None] * 3
    assert unless(1)(1) is None
    assert unless(1)(2) == "2"


def test_a_name_by_content_is_read_whole_or_not_at_all():
    read = digits("the run", "open it again")
    assert read("0123456789abcdef") == "0123456789abcdef"
    for text in (
        "",
        "0123456789abcde",
        "0123456789abcdef0",
        "0123456789ABCDEF",
        "0123456789abcdeg",
    ):
        with pytest.raises(SpecificationError, match=r"the run to be 16 hex.*; open it again\."):
            read(text)


def test_what_is_on_or_off_is_one_or_zero():
    read = flag("kept")
    assert [read(text) for text in ("0", "1")] == [False, True]
    assert [when_on(read(text)) for text in ("0", "1")] == [None, "1"]
    for text in ("", "2", "01", "true"):
        with pytest.raises(SpecificationError, match="Expected kept to be 1 or 0, but got"):
            read(text)
