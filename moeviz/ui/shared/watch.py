"""A study on the screen: figure, slope meters, takeaway and progress, drawn by the browser."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from moeviz.text import finite, json_text
from moeviz.ui.shared.component import FOLLOWING_STYLE, declared, only_a_run

_OF_PLOTS = Path(__file__).with_name("plot.css")

_HTML = """
<section class="moeviz-watch moeviz-following" data-empty="true">
  <div class="watch-picture">
    <p class="watch-lent following-lent" hidden></p>
    <figure class="moeviz-figure watch-figure"></figure>
    <div class="watch-say">
      <p class="watch-note"></p>
      <button type="button" class="watch-reveal" hidden>Show what came out</button>
      <p class="watch-summary"></p>
    </div>
    <div class="watch-toggles following-row following-toggles" role="group"
      aria-label="What is drawn"></div>
    <div class="watch-tools"></div>
  </div>
  <div class="watch-slopes" role="region" aria-label="Slopes">
    <div class="watch-progress" hidden></div>
    <h2 class="watch-heading" tabindex="-1">How steep?</h2>
    <p class="watch-scale">0 is flat; −0.5 is one over the square root of n.
      <span class="watch-reading"></span></p>
    <p class="watch-predicted" hidden></p>
    <ol class="watch-meters"></ol>
  </div>
</section>
"""


@dataclass(frozen=True)
class Said:
    """A sentence about whose curves are on the screen.

    Attributes
    ----------
    text : str
        ``{age}`` in it stands for how old they are, which the browser goes on counting.
    age : float
        Seconds.
    """

    text: str
    age: float = 0.0


_watch = declared(__file__, _HTML, _OF_PLOTS, FOLLOWING_STYLE)


def watch(
    *,
    key: str,
    job: str | None,
    screen: str | None,
    live: bool,
    guesses: Sequence[float | None],
    layers: Sequence[Mapping[str, Any]],
    view: str,
    file_name: str,
    on_end: Callable[[], None],
    title: str = "",
    sentence: str = "",
    lent: str = "",
    compact: bool = False,
    span: Sequence[float] = (),
    waiting: Said | None = None,
    done: Said | None = None,
    follows: bool = False,
    predicted: str = "",
) -> None:
    """Show one study; later calls with the same `key` redraw it in place.

    Parameters
    ----------
    key : str
        Identity on the page.
    job : str or None
        The study's identity; None where none has been run.
    screen : str or None
        What :func:`~moeviz.charts.screen.study_screen` returns, as JSON; None where nothing of
        the study is there yet.
    live : bool
        Whether to follow the stream of `job`, which then brings newer screens.
    guesses : sequence of float or None
        What the visitor predicts, curve by curve.
    layers : sequence of mapping
        Further studies: ``name``, ``short`` (for curves' ends), ``screen`` (JSON, as above) and
        ``look``: ``"faint"`` for one that lies behind, ``"pinned"`` for one to compare with. Where
        there is no study of one's own, the first faint one is shown in its place. One with
        ``until`` is there until the study's first point is, and with ``before`` besides it is the
        study whose place this one takes. A ``warning`` is said where it is shown in front.
    view : str
        Zoom and chosen curves are kept for as long as this stays the same.
    file_name : str
        Name of a saved picture, without ending.
    on_end : callable
        Called once when the stream has ended, before the script runs again.
    title : str
        Stands over a saved picture.
    sentence : str
        How a study ended that is not `live`; the stream of one that is brings its own.
    lent : str
        Says whose the picture is where that stands in place of quite another study.
    compact : bool
        Whether to show the plot alone, for words that stand beside it say what to notice.
    span : sequence of float
        Losses, above 0, that the axis shows at least.
    waiting, done : Said, optional
        What is said below the plot as long as the study has no point, and as soon as it has.
    follows : bool
        Whether another study soon takes this one's place; that it was withdrawn is then no news.
    predicted : str
        Said of the predictions, where there are any.
    """
    _watch(
        key=key,
        data={
            "job": job,
            "screen": screen,
            "live": live,
            "guesses": finite(list(guesses)),
            # A text: Streamlit turns data into JSON several times over.
            "layers": json_text([dict(layer) for layer in layers], compact=True),
            "view": view,
            "fileName": file_name,
            "title": title,
            "sentence": sentence,
            "lent": lent,
            "compact": compact,
            "span": list(span),
            "waiting": asdict(waiting) if waiting is not None else None,
            "done": asdict(done) if done is not None else None,
            "follows": follows,
            "predicted": predicted,
        },
        on_ended_change=on_end,
        # Whoever switches the theme needs another figure, which this makes the script draw.
        on_theme_change=only_a_run,
    )
