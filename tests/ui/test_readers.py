"""How links are read where no field does."""

from __future__ import annotations

import pytest

from moeviz.errors import SpecificationError
from moeviz.ui.shared.readers import between_commas, finite, numbers, one_of, place, unless


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


def test_a_number_that_is_none_and_a_default_that_need_not_be_said():
    assert finite("2", 2.0) == 2.0
    assert [finite(text, 2.0) for text in ("2.1", "nan", "x")] == [None] * 3
    assert unless(1)(1) is None
    assert unless(1)(2) == "2"
