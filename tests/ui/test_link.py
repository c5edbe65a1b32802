"""Links restore the screen, and refuse what they do not understand in one sentence."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moeviz.errors import SpecificationError
from moeviz.fields import Field
from moeviz.study import FIELDS_VERSION, PRESETS
from moeviz.ui.checker.link import CHECKER
from moeviz.ui.lab.link import FIRST_PRESET, LAB, preset_link, request_for
from moeviz.ui.shared.link import Key, Page
from tests.ui.still import FIELDS, SPEC, visit

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
    address = urlencode(LAB.write(request_for(spec, job, said, kept)))
    request = LAB.read(dict(parse_qsl(address, keep_blank_values=True)))
    assert PRESETS[request.own["preset"]].build(request.values) == spec
    assert request.own["job"] == job
    assert request.own["kept"] == kept
    assert list(request.own["guess"]) == (said if any(g is not None for g in said) else [])


@given(specifications())
def test_a_specification_and_its_link_ask_for_the_same(spec):
    request = request_for(spec, JOB)
    assert LAB.read(LAB.write(request)) == request


@pytest.mark.parametrize("name", PRESETS)
def test_defaults_are_left_out_but_the_version_never_is(name):
    link = LAB.write(request_for(PRESETS[name].build({})))
    assert link == preset_link(name)
    assert link["v"] == str(FIELDS_VERSION)
    assert set(link) == {"preset", "v"}


def test_no_address_asks_for_the_first_preset():
    own = LAB.read({}).own
    assert (own["preset"], own["job"], own["guess"]) == (FIRST_PRESET, None, ())


@pytest.mark.parametrize(
    "params",
    [
        {"utm_source": "mail", "fbclid": "x" * 5000},
        {f"field{i}": "1" for i in range(500)},
        {"unheard": "\ud800"},
    ],
    ids=["counters", "many", "half a character"],
)
def test_parameters_of_others_are_left_alone(params):
    assert LAB.read({**params, "seed": "7"}) == LAB.read({"seed": "7"})


@pytest.mark.parametrize("text", ["b1*x1 b2*x2", "b1*x1   b2*x2"])
def test_a_plus_that_became_a_space_is_explained(text):
    with pytest.raises(SpecificationError, match=r"write %2B for a plus\.$"):
        LAB.read({"preset": "lab", "routers": "custom", "score_formula": text})


def test_a_formula_that_is_wrong_anyway_is_not_blamed_on_a_space():
    with pytest.raises(SpecificationError) as caught:
        LAB.read({"preset": "lab", "routers": "custom", "score_formula": "b1* )x1 b2"})
    assert "%2B" not in str(caught.value)


def test_what_does_not_apply_is_kept(still):
    assert LAB.read({"routers": "linear", "classes": "3"}).values["classes"] == 3
    app = visit(preset="lab", routers="linear", classes="3")
    assert not [w for w in app.number_input if w.label.startswith("Classes")]
    assert app.query_params["classes"] == "3"
    app.button(key="lab.run").click().run()
    assert still.submitted[-1]["classes"] == 3


def test_a_link_with_others_parameters_opens_the_same_screen(still):
    app = visit(seed="7", utm_source="mail")
    assert not app.error
    assert app.query_params == {"preset": FIRST_PRESET, "v": str(FIELDS_VERSION), "seed": "7"}


def test_a_job_brings_its_form_along_whatever_others_added(still):
    still.submit(SPEC)
    app = visit(job=SPEC.hash, utm_source="mail")
    assert not app.error
    assert app.query_params["sizes"] == FIELDS["sizes"]


COUNT = Field("count", "Count", "", "int", 1, 0, 9)
TOLD = Page(
    "told",
    3,
    (Key("who", str, str, "nobody"),),
    {"count": COUNT},
    form=lambda own: "",
    fields_of=lambda form: (COUNT,),
    oldest=2,
    migrate=lambda version, texts: {"count" if k == "number" else k: v for k, v in texts.items()},
)


def test_older_links_are_migrated():
    assert TOLD.read({"v": "2", "number": "4"}).values == {"count": 4}
    assert TOLD.read({"v": "3", "number": "4"}).values == {"count": 1}


@pytest.mark.parametrize(
    ("version", "said"), [("1", "may differ"), ("4", "newer moeviz"), ("x", "may differ")]
)
def test_a_version_that_cannot_be_read_is_refused(version, said):
    with pytest.raises(SpecificationError, match=said):
        TOLD.read({"v": version})


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
        {"guess": "1_0"},
        {"guess": "1e99"},
        {"guess": "," * 100},
        {"sizes": "0"},
        {"sizes": "1000000000000"},
        {"noise": "nan"},
        {"noise": "inf"},
        {"tau1": "-1"},
        {"replicates": "1e99"},
        {"replicates": "9" * 5000},
    ],
    ids=lambda params: next(iter(params)) + "=" + next(iter(params.values()))[:20],
)
def test_a_bad_address_gives_one_sentence(params):
    with pytest.raises(SpecificationError) as caught:
        LAB.read(params)
    said = str(caught.value)
    assert said.startswith("Expected")
    assert said.endswith(".")
    assert "\n" not in said
    assert len(said) < 800


def test_a_relation_that_lost_its_plus_says_so():
    fields = {"compose": "1", "test": "relation"}
    with pytest.raises(SpecificationError, match="write %2B for a plus"):
        CHECKER.read({**fields, "relation": "p1 p2 : p1\np2 : p2"})
    kept = CHECKER.read({**fields, "relation": "p1+p2 : p1\np2 : p2"})
    assert kept.values["relation"] == "p1+p2 : p1\np2 : p2"
    assert CHECKER.read({**fields, "relation": "p1 p2"}).values["relation"] == "p1 p2"
