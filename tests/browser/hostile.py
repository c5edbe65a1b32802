"""What somebody sends who wants to break a page: addresses and files, drawn from kinds."""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Iterator, Sequence

Pair = tuple[str, str]

TEXTS = (
    "",
    " ",
    "0",
    "-1",
    "1e309",
    "nan",
    "-inf",
    "9" * 400,
    "1,,2",
    "1," * 5000,
    "[" * 4000,
    "(" * 4000 + "x" + ")" * 4000,
    "x1**x1**x1**x1**9999999",
    "sin(" * 500,
    "__import__('os').system('id')",
    "{{7*7}}",
    "${7*7}",
    "%(name)s",
    "{0.__class__}",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "](javascript:alert(1))",
    "$\\href{javascript:alert(1)}{x}$",
    ":material/home: :red[x]",
    "' OR 1=1 --",
    "'; DROP TABLE jobs; --",
    "../../../../etc/passwd",
    "..\\..\\windows",
    "file:///etc/passwd",
    "http://169.254.169.254/",
    "\x00",
    "a\x00b",
    "\r\nSet-Cookie: moeviz_visitor=x",
    "\u202e\u2066evil",
    "\U0001f600" * 300,
    "e\u0301" * 2000,
    "%",
    "%zz",
    "true",
    "null",
    "None",
    "0x10",
    "١٢٣",
    "1_000",
    "1e3",
    "0123456789abcdef",
    "ffffffffffffffff",
    "0" * 16,
    "0123456789ABCDEF",
    "studies/0123456789abcdef",
)
"""Values of parameters."""

NAMES = (
    "job",
    "v",
    "preset",
    "seed",
    "sizes",
    "claim",
    "lesson",
    "step",
    "projector",
    "router",
    "routers",
    "expert",
    "score_formula",
    "expert_formula",
    "left",
    "right",
    "beta",
    "x",
    "open",
    "kept",
    "text",
    "__proto__",
    "constructor",
    "embed",
    "embed_options",
    "",
    "a" * 3000,
    "<b>",
)
"""Parameters that some page reads, and such as none does."""


def queries(
    own: Sequence[tuple[str, str]], many: int, seed: int
) -> Iterator[list[tuple[str, str]]]:
    """Draw addresses' queries: a page's own with some of it changed, and ones from nothing.

    Parameters
    ----------
    own : sequence of tuple of str
        What the page itself writes into its address.
    many : int
        How many to draw.
    seed : int
        Of the draws.
    """
    drawn = random.Random(seed)
    names = [*NAMES, *dict(own)]
    for number in range(many):
        if number % 2 and own:
            query = list(own)
            for _ in range(drawn.randint(1, 2)):
                at = drawn.randrange(len(query))
                query[at] = (query[at][0], drawn.choice(TEXTS))
        else:
            query = [(drawn.choice(names), drawn.choice(TEXTS)) for _ in range(drawn.randint(1, 4))]
        if number % 10 == 9:
            query += query[:1] * drawn.randint(1, 20)
        yield query


def files(good: bytes, many: int, seed: int) -> Iterator[bytes]:
    """Draw files: broken kinds first, then a good one with some bytes, values or ends changed.

    Parameters
    ----------
    good : bytes
        A file that the page would take.
    many : int
        How many to draw.
    seed : int
        Of the draws.
    """
    kinds = [
        b"",
        b"\x00" * 1000,
        b"\xff\xfe" + "{}".encode("utf-16-le"),
        b"\xef\xbb\xbf{}",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"null",
        b'"text"',
        b"9" * 5000,
        b"NaN",
        b'{"fields": {"noise": NaN}}',
        b'{"__proto__": {"x": 1}}',
        b'{"schema": 1, "schema": 2}',
        b'{"preset": "\\ud800"}',
        zlib.compress(b"[" * 10_000_000)[:200_000],
        b"%PDF-1.7\n" + bytes(range(256)) * 20,
        b"PK\x03\x04" + bytes(range(256)) * 20,
        b"\x80\x04\x95cos\nsystem\n(S'id'\ntR.",
        b"!!python/object/apply:os.system ['id']",
        b"<svg onload=alert(1)>",
    ]
    yield from kinds[:many]
    drawn = random.Random(seed)
    for _ in range(many - len(kinds)):
        yield _changed(good, drawn)


def _changed(good: bytes, drawn: random.Random) -> bytes:
    way = drawn.randrange(3)
    if way == 0:
        return good[: drawn.randrange(len(good))]
    if way == 1:
        content = bytearray(good)
        for _ in range(drawn.randint(1, 8)):
            content[drawn.randrange(len(content))] = drawn.randrange(256)
        return bytes(content)
    try:
        document = json.loads(good)
    except ValueError:
        return good[::-1]
    place = document
    while isinstance(place, dict) and place:
        name = drawn.choice(sorted(place))
        if not isinstance(place[name], dict) or drawn.random() < 0.3:
            place[name] = drawn.choice([None, -1, 1e300, [], {}, "<b>", TEXTS[7], [[]] * 50])
            break
        place = place[name]
    return json.dumps(document).encode()
