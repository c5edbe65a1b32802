"""Links restore the screen, and refuse what they do not understand in one sentence."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moeviz.errors import SpecificationError
from moeviz.study import FIELDS_VERSION, PRESETS
from moeviz.ui.link import FIRST_PRESET, read_link, request_for, write_link

JOB = "0123456789abcdef"

guesses = st.lists(st.none() | st.sampled_from([-1.0, -0.5, -0.25, 0.0, 0.15]), max_size=6)


@st.composite
def specifications(draw):
    preset = PRESETS[draw(st.sampled_from(list(PRESETS)))]
    values = {
        "sizes": tuple(draw(st.lists(st.integers(10, 20_000), min_size=1, max_size=6))),
        "replicates": draw(st.integers(2, 50)),
        "noise": draw(st.floats(1e-6, 10.0)),
        "tau1": draw(st.floats(1e-3, 100.0)),
        "seed": draw(st.integers(0, 2**31 - 1)),
        "sparse": draw(st.sampled_from([0, 1])),
    }
    return preset.build(values)


@given(specifications(), st.none() | st.just(JOB), guesses, st.booleans())
def test_a_link_gives_back_the_study_the_job_and_the_guesses(spec, job, said, kept):
    address = urlencode(write_link(spec, job, said, kept))
    request = read_link(dict(parse_qsl(address, keep_blank_values=True)))
    preset = PRESETS[request.preset]
    assert preset.build(preset.parse(request.texts)) == spec
    assert request.job == job
    assert request.kept == kept
    assert list(request.guesses) == (said if any(g is not None for g in said) else [])


@given(specifications())
def test_a_specification_and_its_link_ask_for_the_same(spec):
    assert request_for(spec, JOB) == read_link(write_link(spec, JOB))


@pytest.mark.parametrize("name", PRESETS)
def test_defaults_are_left_out_but_the_version_never_is(name):
    link = write_link(PRESETS[name].build({}), None)
    assert link["v"] == str(FIELDS_VERSION)
    assert set(link) == {"preset", "v"}


def test_no_address_asks_for_the_first_preset():
    request = read_link({})
    assert (request.preset, request.job, request.guesses) == (FIRST_PRESET, None, ())


@pytest.mark.parametrize(
    "params",
    [
        {"v": str(FIELDS_VERSION + 1)},
        {"v": "0"},
        {"v": "-1"},
        {"v": ""},
        {"preset": "nonsense"},
        {"preset": ""},
        {"job": "xyz"},
        {"job": JOB.upper()},
        {"job": ""},
        {"job": JOB + "\n"},
        {"kept": "yes"},
        {"kept": ""},
        {"guess": "nan"},
        {"guess": "steep"},
        {"guess": "1e99"},
        {"guess": "," * 100},
        {"sizes": "0"},
        {"sizes": "1000000000000"},
        {"noise": "nan"},
        {"noise": "inf"},
        {"tau1": "-1"},
        {"replicates": "1e99"},
        {"replicates": "9" * 5000},
        {"unheard": "1"},
        {f"field{i}": "1" for i in range(500)},
    ],
    ids=lambda params: next(iter(params)) + "=" + next(iter(params.values()))[:20],
)
def test_a_bad_address_gives_one_sentence(params):
    with pytest.raises(SpecificationError) as caught:
        read_link(params)
    said = str(caught.value)
    assert said.startswith("Expected")
    assert said.endswith(".")
    assert "\n" not in said
    assert len(said) < 600
