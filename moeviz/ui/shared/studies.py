"""What papers and studies are called, on every page."""

from __future__ import annotations

from moeviz.charts.papers import PAPERS
from moeviz.study import PRESETS


def study_names() -> list[str]:
    """Return the presets' names, paper by paper; those of no paper come last."""
    papers = list(dict.fromkeys(preset.paper for preset in PRESETS.values() if preset.paper))
    return sorted(PRESETS, key=lambda name: [*papers, ""].index(PRESETS[name].paper))


def study_label(name: str) -> str:
    """Return how a preset is called in the list of studies: its paper, then its title.

    Parameters
    ----------
    name : str
        A preset's name.
    """
    preset = PRESETS[name]
    paper = PAPERS.get(preset.paper, preset.paper.capitalize())
    return f"{paper}: {preset.title.removeprefix(f'{paper}, ')}" if paper else preset.title
