"""The papers' printed tables, as data: what stands there, and where they contradict themselves.

Numbers are as printed. A row says which of our methods it is; a column says which of our numbers
may stand beside it, or that none does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from moeviz.model.registry import Registry
from moeviz.train.fields import FIELDS
from moeviz.train.method import Method

ACCURACY, RANK = "Avg. Acc", "Avg. Rank"


@dataclass(frozen=True)
class Column:
    """One column of a printed table.

    Attributes
    ----------
    title, unit : str
    lower_is_better : bool
    reads : str
        Which of our numbers stands beside it, as
        :meth:`~moeviz.train.result.TrainingResult.values` has it; empty for none.
    better, worse : str
        What is said of a method with the better number beside one with the worse, and of that.
    """

    title: str
    unit: str = "%"
    lower_is_better: bool = False
    reads: str = ""
    better: str = "is better than"
    worse: str = "is worse than"


@dataclass(frozen=True)
class Row:
    """One row of a printed table.

    Attributes
    ----------
    label : str
        As printed, or in words.
    method : str
        In the registry of routers.
    values : tuple of float
        One for each column.
    settings : mapping of str to Value
        Fields that a method's line must have to be this row.
    """

    label: str
    method: str
    values: tuple[float, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)

    def is_of(self, method: Method) -> bool:
        """Whether a method of a comparison is the one of this row."""
        same = all(method.fields[name] == value for name, value in self.settings.items())
        return method.name == self.method and same


@dataclass(frozen=True)
class PrintedTable:
    """A table of a paper.

    Attributes
    ----------
    paper : str
        Its key.
    number : int
    title : str
    scale : str
        How large the paper's runs were.
    columns : tuple of Column
    rows : tuple of Row
    note : str
        What the paper leaves open, or says in two ways.
    """

    paper: str
    number: int
    title: str
    scale: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    note: str = ""

    @property
    def source(self) -> str:
        """The paper's key and the table's number."""
        return f"{self.paper} Table {self.number}"

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "source": self.source,
            "title": self.title,
            "scale": self.scale,
            "note": self.note,
            "columns": [vars(column) for column in self.columns],
            "rows": [
                {"label": row.label, "method": row.method, "settings": dict(row.settings),
                 "values": list(row.values)}
                for row in self.rows
            ],
        }  # fmt: skip


TABLES: Registry[PrintedTable] = Registry("printed table")

_VISION = (
    "5.1 billion parameters begun from a dense network, 4 experts of which 2 answer, about 10⁹ "
    "tokens of instructions with pictures, one run"
)
_TEXT = (
    "151 million parameters, 16 layers, 64 experts of which 8 answer, 7·10⁹ tokens of text, one run"
)
_ONE_RUN = "One run with one seed for every method, so that nothing says how far chance reaches."
_NINE = "The paper's 53.21 is of nine benchmarks; its Table 1 has eleven and 50.16. " + _ONE_RUN


def _percent(*titles: str) -> tuple[Column, ...]:
    return tuple(Column(title) for title in titles)


def _own(name: str) -> Any:
    """Return a field's default, which is the papers' where they say one."""
    return FIELDS[name].default


_RANK = Column(RANK, "", lower_is_better=True)
_DECIDES = Column(ACCURACY, reads="final")

TABLES.add("compete-1", PrintedTable(
    "compete", 1, "Instructions with pictures", _VISION,
    (
        *_percent("AI2D", "Text VQA", "GQA", "MM Bench", "Hallusion", "Math Vista", "MMMU",
                  "MMStar", "POPE", "OCR", "MME RWL"),
        _DECIDES, _RANK,
    ),
    (
        Row("SMoE", "smoe", (65.90, 41.23, 60.96, 70.88, 39.64, 31.40, 42.22, 40.52, 86.56, 32.10,
                             31.89, 49.39, 4.55)),
        Row("XMoE", "xmoe", (65.19, 41.14, 60.63, 71.31, 41.22, 31.50, 42.89, 42.60, 86.12, 31.30,
                             32.51, 49.67, 3.50)),
        Row("PCosine", "pcosine", (65.45, 41.68, 61.38, 71.56, 40.27, 30.80, 42.56, 41.87, 86.90,
                                   30.80, 32.05, 49.57, 3.42)),
        Row("MoEUT", "moeut", (65.09, 41.37, 61.48, 71.39, 41.01, 31.90, 41.78, 42.10, 86.52,
                               32.20, 30.95, 49.62, 3.64)),
        Row("SharedE-V2", "shared-v2", (64.93, 41.53, 61.15, 71.05, 41.20, 31.20, 42.56, 41.44,
                                        86.08, 32.40, 32.36, 49.63, 4.05)),
        Row("CompeteSMoE", "competesmoe", (66.22, 41.92, 61.25, 72.59, 41.22, 31.70, 42.00, 42.25,
                                           86.91, 33.20, 32.52, 50.16, 1.77)),
    ),
    _ONE_RUN,
))  # fmt: skip

TABLES.add("compete-2", PrintedTable(
    "compete", 2, "Learning a language", _TEXT,
    (
        Column("PPL", "perplexity", lower_is_better=True, reads="final"),
        *_percent("LAMBADA", "BLiMP", "CBT", "HellaSwag", "PIQA", "ARC-E", "ARC-C", ACCURACY),
        _RANK,
    ),
    (
        Row("SMoE", "smoe", (13.72, 25.49, 76.03, 75.40, 29.00, 59.09, 32.94, 20.94, 45.56, 3.94)),
        Row("XMoE", "xmoe", (14.05, 24.55, 76.02, 75.45, 28.62, 58.05, 33.28, 20.43, 45.20, 5.63)),
        Row("PCosine", "pcosine", (14.39, 25.43, 76.10, 74.21, 28.66, 57.07, 31.97, 20.17, 44.80,
                                   6.25)),
        Row("MoEUT", "moeut", (13.68, 25.78, 77.24, 75.22, 29.05, 59.03, 33.45, 20.94, 45.82,
                               2.94)),
        Row("SharedE-V2", "shared-v2", (13.71, 24.60, 75.68, 75.29, 29.18, 58.71, 32.52, 20.77,
                                        45.25, 4.63)),
        Row("SharedE-V3", "shared-v3", (13.72, 25.78, 76.82, 75.58, 29.30, 58.49, 33.40, 21.97,
                                        45.91, 2.88)),
        Row("CompeteSMoE", "competesmoe", (13.66, 26.45, 77.47, 75.51, 29.10, 58.54, 33.74, 22.40,
                                           46.17, 1.75)),
    ),
    _ONE_RUN + " Perplexity and accuracy put the methods in different orders; a loss is "
    "compared with the perplexity.",
))  # fmt: skip

TABLES.add("compete-3", PrintedTable(
    "compete", 3, "The best expert replaced by that of rank K + 1", _VISION,
    (
        *_percent("Text VQA", "MMBench", "MMMU", "MMStar", "POPE", "OCR Bench"),
        Column("Avg. Change", "points of accuracy", lower_is_better=True, reads="rank_down",
               better="loses more than", worse="loses less than"),
    ),
    (
        Row("SMoE", "smoe", (41.09, 71.39, 43.22, 42.94, 86.40, 31.50, 0.51)),
        Row("CompeteSMoE", "competesmoe", (41.48, 71.22, 41.67, 40.55, 86.10, 31.70, -1.03)),
    ),
    "The paper counts points of accuracy; here it is what the loss gains. " + _ONE_RUN,
))  # fmt: skip

TABLES.add("compete-4", PrintedTable(
    "compete", 4, "What a method costs", _VISION,
    (
        Column("Training time", "minutes", lower_is_better=True),
        Column("Training", "throughput, unit not said", reads="learned_per_second",
               better="is faster than", worse="is slower than"),
        Column("Inference", "throughput, unit not said", reads="asked_per_second",
               better="is faster than", worse="is slower than"),
    ),
    (
        Row("SMoE", "smoe", (759, 14.59, 9.87)),
        Row("XMoE", "xmoe", (817, 13.57, 8.97)),
        Row("MoEUT", "moeut", (779, 14.23, 9.61)),
        Row("PCosine", "pcosine", (817, 13.57, 8.59)),
        Row("SharedE-V2", "shared-v2", (741, 14.95, 9.66)),
        Row("CompeteSMoE", "competesmoe", (781, 14.18, 9.88)),
    ),
    "The text of §5.3 calls CompeteSMoE's training about 3 % faster; the table has it slower. "
    "Our speeds are medians over checkpoints, on the machine that ran them.",
))  # fmt: skip

TABLES.add("compete-6", PrintedTable(
    "compete", 6, "Distillation with and without its second term", _VISION,
    (_DECIDES, _RANK),
    (
        Row("L_D without its second term", "competesmoe", (52.92, 1.78), {"alpha": 0.0}),
        Row("L_D", "competesmoe", (53.21, 1.22), {"alpha": _own("alpha"), "beta": _own("beta"),
                                                  "gamma": _own("gamma")}),
    ),
    "The text calls this table 5. " + _NINE,
))  # fmt: skip

TABLES.add("compete-7", PrintedTable(
    "compete", 7, "Competition and diversity, each with and without", _VISION,
    (_DECIDES, _RANK),
    (
        Row("both", "competesmoe", (53.21, 1.45), {"alpha": _own("alpha"), "beta": _own("beta"),
                                                   "gamma": _own("gamma")}),
        Row("diversity alone", "competesmoe", (52.71, 2.91), {"gamma": 0.0, "answered": "router",
                                                              "beta": _own("beta")}),
        Row("competition alone", "competesmoe", (52.90, 2.27), {"beta": 0.0,
                                                                "gamma": _own("gamma")}),
        Row("neither", "smoe", (52.47, 3.36)),
    ),
    "The table loses 0.50 without competition and 0.31 without diversity; the text says 0.30 and "
    "0.49, the other way round. How diversity acts without competition is not said: here experts "
    "still compete on the scheduled steps, but the router's answer counts and it learns nothing "
    "from them. " + _NINE,
))  # fmt: skip

TABLES.add("compete-8", PrintedTable(
    "compete", 8, "How often experts compete", _VISION,
    (_DECIDES, _RANK),
    (
        Row("ω = 3 %", "competesmoe", (52.81, 2.72), {"omega": 0.03}),
        Row("ω = 5 %", "competesmoe", (52.92, 2.61), {"omega": 0.05}),
        Row("ω = 7 %", "competesmoe", (53.21, 1.83), {"omega": 0.07}),
        Row("ω = 9 %", "competesmoe", (52.82, 2.83), {"omega": 0.09}),
    ),
    _NINE,
))  # fmt: skip

TABLES.add("compete-9", PrintedTable(
    "compete", 9, "How much the winners weigh in distillation", _VISION,
    (_DECIDES, _RANK),
    (
        Row("α = 0", "competesmoe", (52.92, 2.83), {"alpha": 0.0}),
        Row("α = 0.1", "competesmoe", (53.21, 1.78), {"alpha": 0.1}),
        Row("α = 0.2", "competesmoe", (52.98, 2.56), {"alpha": 0.2}),
        Row("α = 0.3", "competesmoe", (52.87, 2.83), {"alpha": 0.3}),
    ),
    "§2.4 advises 0.01 or 0.005; Table 14 has 0.1. " + _NINE,
))  # fmt: skip

_SWITCH = (
    "15 million parameters in 6 sparse layers (small) or 36 million in 8 (medium), 16 experts of "
    "which 2 answer, 60,000 or 80,000 steps, three runs"
)
_BITS = Column("Enwik8, small", "bits per character", lower_is_better=True, reads="final")

TABLES.add("cosine-2", PrintedTable(
    "cosine", 2, "Learning a language", _SWITCH,
    (
        _BITS,
        Column("Enwik8, medium", "bits per character", lower_is_better=True),
        Column("Text8, small", "bits per character", lower_is_better=True),
        Column("Text8, medium", "bits per character", lower_is_better=True),
        Column("Wikitext-103, small", "perplexity", lower_is_better=True),
        Column("Wikitext-103, medium", "perplexity", lower_is_better=True),
    ),
    (
        Row("cosine", "xmoe", (1.213, 1.161, 1.310, 1.271, 90.070, 38.018)),
        Row("perturbed cosine", "pcosine", (1.197, 1.147, 1.303, 1.251, 89.910, 37.859)),
    ),
    "Means of three runs; their spread is not said, nor τ. The order is the same in all columns; "
    "ours stands beside the first.",
))  # fmt: skip

TABLES.add("cosine-3", PrintedTable(
    "cosine", 3, "Pictures of a kind that was not learned",
    "a vision transformer of 12 layers whose last two are sparse, 6 experts of which 2 answer, "
    "15,000 steps, three runs",
    (
        *_percent("PACS", "VLCS", "OfficeHome", "TerraIncognita", "DomainNet"),
        Column("Avg.", reads="final"),
    ),
    (
        Row("linear", "smoe", (86.33, 78.15, 73.02, 41.30, 48.19, 65.40)),
        Row("cosine", "cosine", (87.22, 78.99, 73.27, 45.55, 48.45, 66.70)),
        Row("perturbed cosine", "perturbed-cosine", (89.36, 80.01, 74.09, 49.87, 48.51, 68.37)),
    ),
    "Means of three runs; their spread is not said, nor τ.",
))  # fmt: skip
