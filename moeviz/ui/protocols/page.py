"""The page of protocol maps: the map, the curves at a protocol, and the way to run it."""

from __future__ import annotations

import streamlit as st

from moeviz.charts.protocol_lessons import protocol_words, slope_by_slope
from moeviz.charts.protocol_picture import (
    CELL,
    cell_at,
    first_place,
    grid,
    map_document,
    place_of,
)
from moeviz.charts.protocol_table import figure_words
from moeviz.engine import Snapshot
from moeviz.study import LIVE, PRESETS
from moeviz.study.protocol_assemble import assemble_map
from moeviz.study.protocol_kept import kept_map, map_names, named_map
from moeviz.study.protocol_map import ProtocolMap
from moeviz.study.protocol_plan import split_map
from moeviz.study.protocol_result import MapResult
from moeviz.ui.lab.link import LAB, request_for
from moeviz.ui.protocols.link import AT, KEPT
from moeviz.ui.protocols.state import (
    PICTURE,
    RUNS,
    STATE,
    choose,
    figure,
    job,
    place,
    request,
    turn_to,
    wants_kept,
)
from moeviz.ui.shared.guard import guard, plain
from moeviz.ui.shared.navigation import CONVERGENCE
from moeviz.ui.shared.plane import moved, plane
from moeviz.ui.shared.terms import with_terms
from moeviz.ui.shared.words import about, map_sentence

TITLE = "What would have to be true?"

LOOK_SECONDS = 1.0
"""How often a map that is being computed is drawn anew."""

DETAILS = (
    "A cell of the map is a study: the figure's model, truth and loss under one start law and one "
    "way to run the protocol, with independent data sets at each size. Its colour is the slope of "
    "the line through the *mean* losses, as the papers draw it; the interval is a bootstrap over "
    "the replicates. A frame says that the printed slope lies in the interval, a thick one that "
    "all printed slopes of the figure do at this protocol. Where the interval is wider than 0.25 "
    "one cannot tell, and a question mark stands behind the slope.\n\n"
    "Starts lie at independent steps of standard deviation σ₀·n^(−p) from the truth, or from the "
    "best approximation of a truth that the model does not contain. Beside the fits stand their "
    "starts, which nobody trained (dotted), and the predicted protocol (dashed), which needs no "
    "fit. Truth, learning rate, number of epochs and loss are the preset's; a map says nothing of "
    "what they would change."
)


def chips() -> None:
    """Offer the figures that have a map."""
    names = map_names()

    def short(name: str) -> str:
        paper, _, rest = name.partition("-fig")
        return f"{paper.capitalize()} {rest.replace('-over', ', 9 experts')}"

    key = STATE.key("figure")
    chosen = st.selectbox(
        "Figure",
        names,
        names.index(figure()),
        format_func=short,
        key=key,
        on_change=lambda: choose(str(st.session_state[key])),
        width=210,
        label_visibility="collapsed",
    )
    if chosen != figure():
        st.rerun()


def controls(snapshot: Snapshot | None) -> None:
    """Offer to run a live map of the figure, to cancel it, and the choice between both.

    Parameters
    ----------
    snapshot : Snapshot or None
        The map that was run here.
    """
    if snapshot is not None and kept_map(figure()) is not None:
        _choice(snapshot)
    live = named_map(figure(), LIVE)
    if snapshot is not None and snapshot.active:
        RUNS.cancel_button(snapshot)
        return
    if snapshot is not None and snapshot.state != "done":
        RUNS.continue_button(snapshot)
    if snapshot is None or snapshot.job_id != live.hash:
        st.markdown(f":small[{_count(live)},]  \n:small[{_about(live)}]")
        if st.button("Run live", type="primary", key="protocols.run"):
            RUNS.submit(live)
            st.rerun()


def _choice(snapshot: Snapshot) -> None:
    """Offer the kept map and the live one; the cell stays where both have its protocol."""
    key = STATE.key(f"{KEPT}.{snapshot.job_id}")
    st.segmented_control(
        "Map on show",
        (True, False),
        default=wants_kept(),
        required=True,
        format_func=lambda kept: "Kept map" if kept else "Live map",
        key=key,
        on_change=lambda: _turn(snapshot, bool(st.session_state[key])),
        label_visibility="collapsed",
    )


def _turn(snapshot: Snapshot, kept: bool) -> None:
    now, at = shown(snapshot), place()
    turn_to(kept, None)
    if at is not None:
        turn_to(kept, place_of(now, at, shown(snapshot)))


def _count(asked: ProtocolMap) -> str:
    return f"{len(asked.laws) * len(asked.ways)} protocols"


def _about(asked: ProtocolMap) -> str:
    from moeviz.engine.workers.hardware import local_workers

    return about(sum(block.cost for block in split_map(asked)) / local_workers())


def show_map(snapshot: Snapshot | None) -> None:
    """Draw the map on show, with the way into the lab, and make the address its own.

    It is one that was run here, else what is kept of the figure.

    Parameters
    ----------
    snapshot : Snapshot or None
        The one that was run here.
    """
    if snapshot is not None and snapshot.active:
        _followed(snapshot.job_id)
    else:
        _draw(snapshot)


@st.fragment(run_every=LOOK_SECONDS)
def _followed(job_id: str) -> None:
    """Draw a map while one is computed; when that has ended, the whole page."""
    with guard():
        snapshot = RUNS.look(job_id)
        if not snapshot.active:
            st.rerun()
        _draw(snapshot)


def shown(snapshot: Snapshot | None) -> MapResult:
    """Return the map on show; without one, a live map of which nothing is there.

    Parameters
    ----------
    snapshot : Snapshot or None
        The one that was run here.
    """
    kept = kept_map(figure())
    if snapshot is not None and not (wants_kept() and kept):
        found: MapResult = snapshot.result()
        return found
    return kept.result if kept else assemble_map(named_map(figure(), LIVE), {}, "cpu")


def _draw(snapshot: Snapshot | None) -> None:
    # First, so that the address need not wait for what is drawn; and here, for a map that is
    # followed is drawn without the rest of the page.
    STATE.write(request())
    result = shown(snapshot)
    said = f":small[{plain(_which(result, snapshot))}]"
    nothing = snapshot is None and kept_map(figure()) is None
    if nothing:
        st.markdown(said)
    document = map_document(result, place())
    plane(
        document,
        key=PICTURE,
        scene="protocols",
        title=f"{TITLE} {PRESETS[result.asked.preset].title}",
        file_name=f"moeviz-protocols-{result.asked.preset}",
        on_move=_take,
    )
    with_terms(f"**{plain(document['lesson'].replace('*', ''))}**", key="protocols.lesson")
    if result.complete:
        with_terms(plain(slope_by_slope(result)), key="protocols.slopes")
    if not nothing:
        st.markdown(said)
    if snapshot is not None and snapshot.active:
        st.progress(min(1.0, snapshot.fraction))
    _way_to_lab(result)


def _which(result: MapResult, snapshot: Snapshot | None) -> str:
    """Say which map is on show, how large it is, and how far another is that is computed."""
    kept, asked = kept_map(figure()), result.asked
    size = (
        f"{len(result.cells)} protocols, {len(asked.sizes)} sizes from {asked.sizes[0]:,} to "
        f"{asked.sizes[-1]:,}, {asked.replicates} replicates"
    )
    if snapshot is not None and not (wants_kept() and kept):
        return f"Live map: {size}. {map_sentence(snapshot)}"
    if kept is None:
        live = named_map(figure(), LIVE)
        return (
            f"Nothing is kept of this figure's map yet. Run live fills these {_count(live)} in "
            f"{_about(live)}; python -m moeviz protocols {figure()} --full computes all "
            f"{_count(named_map(figure()))}."
        )
    stale = "" if kept.fresh else " The map has changed since; these are an earlier one's numbers."
    beside = "" if snapshot is None else f" Live map: {map_sentence(snapshot)}"
    return (
        f"Kept map: {size}; computed on {kept.date} in {kept.result.seconds / 60:.0f} minutes of "
        f"work on {kept.device}.{stale}{beside}"
    )


def _way_to_lab(result: MapResult) -> None:
    """Offer to open the protocol on show in the lab.

    Parameters
    ----------
    result : MapResult
    """
    cell = cell_at(result, place() or first_place(result))
    asked, preset = result.asked, PRESETS[result.asked.preset]
    values = {**asked.laws[cell.law].fields, **asked.ways[cell.way].fields}
    able = [
        one for one, curve in zip(asked.published, cell.curves, strict=True) if not curve.refused
    ]
    if not able:
        return
    if len(able) < len(cell.curves):
        for field, names in _of(able).items():
            values[field] = names
    spec = preset.build({**values, "estimators": (asked.protocol,)})
    st.page_link(
        CONVERGENCE,
        label=f"Open in the lab: {plain(protocol_words(asked, cell))}",
        query_params=LAB.write(request_for(spec)),
    )


def _of(published: list) -> dict[str, tuple[str, ...]]:  # type: ignore[type-arg]
    fields = {"routers": "router", "gates": "gate", "experts": "expert"}
    found = {
        field: tuple(dict.fromkeys(getattr(one, part) for one in published))
        for field, part in fields.items()
    }
    return {field: names for field, names in found.items() if all(names)}


def show_words() -> None:
    """Say what is kept of the figure, and how a map is made."""
    kept = kept_map(figure())
    if kept is not None:
        with st.expander("What is established, and what is only compatible"):
            with_terms(plain(figure_words(kept)))
    with st.expander("Details"):
        with_terms(DETAILS)


def _take() -> None:
    """Remember the cell on which the frame was let go."""
    found = moved(PICTURE)
    if found is None or CELL not in found.handles:
        return
    snapshot = RUNS.look(job()) if job() else None  # type: ignore[arg-type]
    rows = len(grid(shown(snapshot).asked))
    across, up = found.handles[CELL]
    STATE.say(AT, (max(0, int(across)), max(0, rows - 1 - int(up))))
