"""The command that serves: what its options tell the server, and which are refused."""

from __future__ import annotations

import sys

import pytest

from moeviz.cli import serve
from moeviz.cli.program import _parser, main
from moeviz.errors import SpecificationError
from moeviz.serving import CLASSROOM, FRAMES, HOSTS, PROXIES, Serving, base_path, told


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch):
    for name in (HOSTS, PROXIES, FRAMES, CLASSROOM):
        monkeypatch.delenv(name, raising=False)


def served(*words: str) -> tuple[dict[str, str], dict[str, str]]:
    """The options of Streamlit's, and what the environment says."""
    command, environment = serve.server(_parser().parse_args(["serve", *words]))
    program = ["-m", "moeviz.ui.serve", str(serve.app_file())]
    assert command[:4] == [sys.executable, *program]
    return dict(zip(command[4::2], command[5::2], strict=True)), environment


def test_nobody_but_this_machine_gets_there_unless_asked():
    options, environment = served()
    assert options["--server.address"] == "127.0.0.1"
    assert options["--server.port"] == "8501"
    assert options["--logger.hideWelcomeMessage"] == "true"  # it would ask for our address
    assert environment == {}


def test_a_classroom_gets_there_from_all_networks_and_opens_no_browser():
    options, environment = served("--classroom", "--port", "9000")
    assert options["--server.address"] == "0.0.0.0"
    assert options["--server.headless"] == "true"
    assert environment == {CLASSROOM: "1"}
    assert served("--classroom", "--host", "192.168.1.20")[0]["--server.address"] == "192.168.1.20"


def test_names_proxies_frames_and_a_path_are_told():
    options, environment = served(
        *("--allowed-host", "Lab.example", "--allowed-host", "*.lab.example"),
        *("--proxy", "127.0.0.1", "--proxy", "10.0.0.0/8", "--frame", "https://course.example/"),
        *("--base-path", "/a/class/", "--headless"),
    )
    assert options["--server.baseUrlPath"] == "a/class"
    assert told(environment) == Serving(
        ("lab.example", "*.lab.example"),
        ("127.0.0.1", "10.0.0.0/8"),
        ("https://course.example",),
    )


def test_the_environment_says_the_same_and_the_command_has_the_last_word(monkeypatch):
    monkeypatch.setenv(HOSTS, "a.example, b.example")
    monkeypatch.setenv(PROXIES, "10.0.0.1")
    assert served()[1] == {HOSTS: "a.example b.example", PROXIES: "10.0.0.1"}
    assert served("--allowed-host", "c.example")[1][HOSTS] == "c.example"


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["--port", "0"], "a port between 1 and"),
        (["--host", "a.example"], "an address of this machine"),
        (["--host", "unix://x"], "an address of this machine"),
        (["--base-path", "a b"], "a path of letters"),
        (["--base-path", "../x"], "a path of letters"),
        (["--base-path", "//evil.example"], "a path of letters"),
        (["--base-path", "a?b=c"], "a path of letters"),
        (["--allowed-host", "http://a.example"], "a host's name"),
        (["--allowed-host", "a.*.example"], "a host's name"),
        (["--allowed-host", ""], "a host's name"),
        (["--proxy", "proxy.example"], "a proxy's address or network"),
        (["--proxy", "*"], "a proxy's address or network"),
        (["--frame", "course.example"], "a site"),
        (["--frame", "https://course.example/x; script-src *"], "a site"),
        (["--frame", "*"], "a site"),
        ([word for i in range(51) for word in ("--allowed-host", f"h{i}")], "at most 50"),
    ],
)
def test_what_cannot_be_meant_is_refused(words, what, capsys):
    assert main(["serve", *words]) == 2
    assert what in capsys.readouterr().err


def test_the_command_of_before_does_the_same():
    assert _parser().parse_args(["app", "--port", "1"]).run is serve.run_serve


@pytest.mark.parametrize("text", ["", "/", "lab", "/lab/", "a/b-c_d"])
def test_a_base_path_is_read_with_and_without_slashes(text):
    assert base_path(text) == text.strip("/")


def test_what_is_told_in_the_environment_is_checked_there_too():
    with pytest.raises(SpecificationError, match="a proxy's address"):
        told({PROXIES: "everybody"})
