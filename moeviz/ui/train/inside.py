"""Inside a trained network: it writes, a vector is stretched, a router is opened on a plane."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from moeviz.charts.palette import theme_named
from moeviz.charts.trained import (
    Stretched,
    shift_words,
    slice_document,
    stretch_document,
    stretch_words,
)
from moeviz.charts.trained_gates import on_gates
from moeviz.engine import Snapshot, UnknownJobError
from moeviz.errors import MoevizError
from moeviz.train.build import router_of
from moeviz.train.generate import HOTTEST, MOST_SEED, MOST_WRITTEN
from moeviz.train.method import Method
from moeviz.train.plan import Run, runs, stretch_id
from moeviz.train.specification import Training
from moeviz.train.tasks import ANGLES, Language, make_task
from moeviz.ui.shared.guard import plain
from moeviz.ui.shared.navigation import GATES
from moeviz.ui.shared.plane import plane
from moeviz.ui.shared.session import engine
from moeviz.ui.train.inside_gates import gates_link
from moeviz.ui.train.inside_worker import (
    Checkpoint,
    Slicing,
    Stretching,
    Writing,
    cut,
    stretch,
    write,
)
from moeviz.ui.train.written import written

KEY = "train.inside"
"""Beginning of the keys of what is chosen here."""

BEGINNING = 24
"""Characters of the held-out text that the first beginning has."""

NO_NETWORK = (
    "What was computed before is kept as numbers, without its networks. **Run** it, and at the "
    "first checkpoint you can have the network write, stretch its router's vectors and open the "
    "router on the picture of gates."
)

TOO_EARLY = "The first checkpoint is not there yet; what stands inside appears here with it."

NO_CHECKPOINT = "This run ended before its first checkpoint, so that there is nothing to open."

WAIT = 2.0
"""Seconds between two looks whether the first checkpoint is there."""


def inside(job: str | None, spec: Training) -> None:
    """Show what stands inside a run's networks.

    It is no fragment: a press in a fragment ends no work that the fragment does.

    Parameters
    ----------
    job : str or None
        The run on show; None for a result that was kept.
    spec : Training
        What it trains.
    """
    snapshot = _snapshot(job)
    if snapshot is None or snapshot.job_id != spec.hash:
        st.info(NO_NETWORK)
        return
    newest = newest_of(spec, snapshot)
    if not newest:
        _wait(snapshot.job_id, spec)
        return
    run, layer = _choice(spec, newest)
    method = spec.methods[run.method]
    steps = spec.steps_at[int(newest[run].block.rpartition("-")[2])]
    later = " Training goes on: a choice here looks at its newest step." if snapshot.active else ""
    st.caption(f"{plain(method.title)} after {steps:,} of {spec['steps']:,} steps.{later}")
    if spec["task"] == Language.name:
        st.markdown("#### Let it write")
        _write(spec, newest[run], layer)
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("#### Stretch an expert's vector")
        _guarded(lambda: _stretch(spec, newest, run, layer))
    with right:
        st.markdown("#### A plane through this router")
        _guarded(lambda: _cut(newest[run], layer))


@st.fragment(run_every=WAIT)
def _wait(job: str, spec: Training) -> None:
    """Say that nothing is there yet, until the first checkpoint is."""
    snapshot = _snapshot(job)
    if snapshot is not None and newest_of(spec, snapshot):
        st.rerun()
    waits = snapshot is not None and snapshot.active
    st.info(TOO_EARLY if waits else NO_CHECKPOINT)


def newest_of(spec: Training, snapshot: Snapshot) -> dict[Run, Checkpoint]:
    """Return the newest checkpoint of each run that has one.

    Parameters
    ----------
    spec : Training
    snapshot : Snapshot
        Of the job.
    """
    found = {}
    for run in runs(spec):
        for number in reversed(range(len(spec.steps_at))):
            block = stretch_id(run, number)
            if block in snapshot.results:
                found[run] = Checkpoint(snapshot.job_id, run, block)
                break
    return found


def partner(spec: Training, method: int) -> int | None:
    """Return another method whose vectors the theory treats otherwise; None where there is none.

    Parameters
    ----------
    spec : Training
    method : int
        The first one, by its place.
    """
    if not asks_router(spec.methods[method]):
        return None
    own = router_of(spec.methods[method]).score.domain
    for other, each in enumerate(spec.methods):
        if asks_router(each) and router_of(each).score.domain is not own:
            return other
    return None


def asks_router(method: Method) -> bool:
    """Return whether a method has a router that is asked."""
    return not method.dense and router_of(method).competes != "always"


def _snapshot(job: str | None) -> Snapshot | None:
    if job is None:
        return None
    try:
        return engine().look(job)
    except UnknownJobError:
        return None


def _guarded(show: Callable[[], None]) -> None:
    try:
        show()
    except MoevizError as error:
        st.info(plain(str(error)))


def _choice(spec: Training, newest: dict[Run, Checkpoint]) -> tuple[Run, int]:
    """Return which run and layer are looked into."""
    key = f"{KEY}.{spec.hash}"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        methods = sorted({run.method for run in newest})
        method = st.selectbox(
            "Method",
            methods,
            format_func=lambda at: spec.methods[at].title,
            key=f"{key}.method",
            width=260,
        )
        mine = [run for run in newest if run.method == method]
        seeds = sorted({run.seed for run in mine})
        seed = seeds[0]
        if len(seeds) > 1:
            seed = st.selectbox("Seed", seeds, key=f"{key}.seed", width=110)
        domains = sorted({run.domain for run in mine if run.seed == seed})
        domain = domains[0]
        if len(domains) > 1:
            domain = st.selectbox(
                "Left out",
                domains,
                format_func=lambda at: f"{ANGLES[at]}°",
                key=f"{key}.domain",
                width=130,
            )
        layers = range(int(spec.methods[method].fields["layers"]))
        layer = 0
        if len(layers) > 1:
            layer = st.selectbox(
                "Layer", layers, format_func=lambda at: str(at + 1), key=f"{key}.layer", width=110
            )
    return Run(method, seed, domain), layer


def _write(spec: Training, newest: Checkpoint, layer: int) -> None:
    """Let the network write, and show what it wrote last."""
    key = f"{KEY}.{spec.hash}"
    task = make_task(spec.fields, spec.own)
    assert isinstance(task, Language)
    first = task.text.words(task.text.held_out[:BEGINNING].tolist())
    with st.form(f"{key}.form", border=False):
        prompt = st.text_area(
            "How it begins (at first, the text that is held out)",
            first,
            key=f"{key}.prompt",
            height=80,
        )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            count = st.number_input(
                "Characters", 1, MOST_WRITTEN, 200, step=50, key=f"{key}.count", width=150
            )
            temperature = st.slider(
                "Temperature", 0.0, HOTTEST, 0.8, 0.1, key=f"{key}.temperature", width=220,
                help="Below 1 it takes likelier characters, at 0 the likeliest; above 1 it dares.",
            )  # fmt: skip
            seed = st.number_input(
                "Seed of its draws", 0, MOST_SEED, 1, key=f"{key}.draw", width=170
            )
            wanted = st.form_submit_button("Write", type="primary")
    kept, place = f"{KEY}.written", st.empty()
    if wanted:
        asked = Writing(newest, prompt, int(count), float(temperature), int(seed))
        with place.container():
            # Any click ends the script that waits, and what it waits for.
            st.button("Stop writing", key=f"{key}.stop")
            with st.spinner("Writing …"):
                try:
                    st.session_state[kept] = (asked, write(asked))
                except MoevizError as error:
                    st.session_state.pop(kept, None)
                    st.error(plain(str(error)))
                    return
    asked, found = st.session_state.get(kept, (None, None))
    if asked is None or (asked.of.job, asked.of.run) != (newest.job, newest.run):
        place.empty()
        return
    with place.container():
        if found.unknown:
            st.caption(
                f"Of the beginning, the text that it learned does not have {found.unknown} of the "
                "characters; it read others in their place."
            )
        step = spec.steps_at[int(asked.of.block.rpartition("-")[2])]
        title = f"{spec.methods[newest.run.method].title} after {step:,} steps"
        written(found, key=f"{KEY}.text", layer=layer, title=title)


def _stretch(spec: Training, newest: dict[Run, Checkpoint], run: Run, layer: int) -> None:
    """Draw the loss against the factor, and say what the theory says."""
    beside = partner(spec, run.method)
    others = [Run(beside, run.seed, run.domain)] if beside is not None else []
    shown = []
    with st.spinner("Stretching …"):
        for each in (run, *(other for other in others if other in newest)):
            if layer < int(spec.methods[each.method].fields["layers"]):
                gauge = stretch(Stretching(newest[each], layer))
                shown.append(
                    Stretched(spec.methods[each.method].title, gauge.layers[0], gauge.unit)
                )
    plane(
        stretch_document(shown),
        key=f"{KEY}.stretch",
        scene="stretch",
        title="The loss when an expert's vector is stretched",
        file_name="moeviz-stretch",
    )
    st.markdown(
        "\n".join(
            f"- **{plain(each.name)}**, {plain(stretch_words(each))} {plain(shift_words(each))}"
            for each in shown
        )
    )


def _cut(newest: Checkpoint, layer: int) -> None:
    """Draw the plane, and lead to the picture of gates."""
    with st.spinner("Looking for the plane …"):
        found = cut(Slicing(newest, layer))
    shown = on_gates(found)
    plane(
        slice_document(found, theme_named(st.context.theme.type)),
        key=f"{KEY}.slice",
        title="A plane through a trained router",
        file_name="moeviz-router",
    )
    st.page_link(GATES, label="Open it on the gates picture", query_params=gates_link(shown))
    st.markdown(shown.words)
