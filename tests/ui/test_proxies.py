"""What proxies say is believed of those that were named; what anybody says is taken out."""

from __future__ import annotations

import ipaddress

import pytest

from moeviz.ui.shared.proxies import Proxies

TRUSTED = tuple(map(ipaddress.ip_network, ("10.0.0.0/8", "127.0.0.1/32", "fd00::/8")))


def seen(client: str, kind: str = "http", **said: str) -> tuple[dict, dict[str, str]]:
    """What the app sees of a request from an address."""
    names = {name.replace("_", "-"): value for name, value in said.items()}
    headers = [(n.encode(), v.encode()) for n, v in {"host": "here:8501", **names}.items()]
    plain = "ws" if kind == "websocket" else "http"
    scope = {"type": kind, "scheme": plain, "client": (client, 1234), "headers": headers}
    found = Proxies(None, TRUSTED).seen(scope)
    return found, {name.decode(): value.decode("latin-1") for name, value in found["headers"]}


SAID = {
    "x_forwarded_for": "203.0.113.7",
    "x_forwarded_proto": "https",
    "x_forwarded_host": "lab.example",
}


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize("proxy", ["10.1.2.3", "127.0.0.1", "::ffff:10.1.2.3", "fd00::9"])
def test_a_named_proxy_says_who_asked_for_what(kind, proxy):
    scope, headers = seen(proxy, kind, **SAID)
    assert scope["client"] == ("203.0.113.7", 0)
    assert scope["scheme"] == ("wss" if kind == "websocket" else "https")
    assert headers == {"host": "lab.example"}


@pytest.mark.parametrize("stranger", ["203.0.113.9", "::1", "192.168.0.1", "unix", ""])
def test_nobody_else_is_believed_and_nothing_of_it_is_passed_on(stranger):
    scope, headers = seen(stranger, **SAID, forwarded="for=1.2.3.4;host=evil", x_real_ip="1.2.3.4")
    assert scope["client"] == (stranger, 1234)
    assert scope["scheme"] == "http"
    assert headers == {"host": "here:8501"}


@pytest.mark.parametrize(
    ("said", "came"),
    [
        ("1.1.1.1, 203.0.113.7, 10.9.9.9", "203.0.113.7"),  # whoever asked wrote the first
        ("203.0.113.7:4711", "203.0.113.7"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("10.0.0.2, 10.0.0.3", "10.1.2.3"),  # proxies alone: the one that we see
        ("203.0.113.7, <script>", "10.1.2.3"),
        ("", "10.1.2.3"),
        (", ,", "10.1.2.3"),
        ("a" * 5000, "10.1.2.3"),
        ("1.1.1.1," * 500 + "203.0.113.7", "203.0.113.7"),
    ],
)
def test_the_nearest_address_that_no_proxy_has_is_who_asked(said, came):
    assert seen("10.1.2.3", x_forwarded_for=said)[0]["client"][0] == came


@pytest.mark.parametrize("scheme", ["javascript", "ftp", "", "https://x", "ws"])
def test_another_scheme_is_not_taken_over(scheme):
    assert seen("10.1.2.3", x_forwarded_proto=scheme)[0]["scheme"] == "http"
