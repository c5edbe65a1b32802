"""Files of a deployment say what the program understands and keep what is promised of them."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from moeviz.cli import serve
from moeviz.cli.program import _parser
from moeviz.errors import SpecificationError
from moeviz.serving import told
from moeviz.ui.shared.ending import SECONDS

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"

FILLED = {
    "MOEVIZ_NAME": "lab.example.org",
    "MOEVIZ_DATABASE_PASSWORD": "s3cret",
    "MOEVIZ_LECTURER_KEY": "a-key-of-twenty-letters",
}


def filled(text: str) -> str:
    """What compose makes of a text with variables."""

    def value(found: re.Match[str]) -> str:
        name, _, default = found[1].partition(":-")
        return FILLED.get(name.partition(":?")[0], default)

    return re.sub(r"\$\{([^}]+)\}", value, text)


def unit() -> configparser.SectionProxy:
    read = configparser.ConfigParser(strict=False, interpolation=None)
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read(DEPLOY / "moeviz.service")
    return read["Service"]


def services() -> dict[str, dict]:
    return yaml.safe_load(filled((DEPLOY / "compose.yaml").read_text("utf-8")))["services"]


OURS = [name for name, service in services().items() if service["image"].startswith("moeviz")]


def instructions() -> list[tuple[str, str]]:
    text = (DEPLOY / "Containerfile").read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.split(" ", 1)[0], " ".join(line.split()[1:])) for line in lines]


def server(words: list[str]) -> tuple[dict[str, str], dict[str, str]]:
    """What a command tells the server."""
    command, environment = serve.server(_parser().parse_args(words))
    return dict(zip(command[4::2], command[5::2], strict=True)), environment


def test_the_units_command_is_one_that_the_program_understands():
    program, *words = unit()["ExecStart"].split()
    assert (program, words[:2]) == ("/opt/moeviz/bin/python", ["-m", "moeviz"])
    options, environment = server(words[2:])
    assert options["--server.address"] == "127.0.0.1"
    assert options["--server.baseUrlPath"] == "moeviz"
    assert told(environment).proxies == ("127.0.0.1",)


def test_the_unit_leaves_the_program_the_time_that_it_takes_to_end():
    assert int(unit()["TimeoutStopSec"]) > SECONDS
    assert unit()["KillMode"] == "mixed"
    for name in OURS:
        assert int(services()[name]["stop_grace_period"].removesuffix("s")) > SECONDS


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_finds_nothing_to_mend_in_the_unit(tmp_path):
    text = (DEPLOY / "moeviz.service").read_text("utf-8")
    copy = tmp_path / "moeviz.service"
    copy.write_text(text.replace("/opt/moeviz/bin/python", sys.executable), "utf-8")
    done = subprocess.run(["systemd-analyze", "verify", copy], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", ["nginx.conf", "Caddyfile"])
def test_proxies_lead_where_the_unit_listens(name):
    text = (DEPLOY / name).read_text("utf-8")
    options, environment = server(unit()["ExecStart"].split()[3:])
    assert f"127.0.0.1:{options['--server.port']}" in text
    assert f"/{options['--server.baseUrlPath']}/" in text
    assert told(environment).hosts[0] in text
    assert text.count("{") == text.count("}")


def test_the_image_runs_as_nobody_in_particular_and_holds_no_secret():
    said = instructions()
    assert [value for name, value in said if name == "USER"] == ["10001:10001"]
    bases = [value.split()[0] for name, value in said if name == "FROM"]
    assert len(set(bases)) == 1
    assert re.search(r":\d+\.\d+\.\d+-", bases[0])  # a version, not whatever is newest
    last = [name for name, _ in said]
    assert {"HEALTHCHECK", "STOPSIGNAL", "VOLUME"} <= set(last)
    assert not re.search(r"PASSWORD|SECRET|KEY|TOKEN", "\n".join(v for _, v in said))


def test_the_images_own_command_is_understood_and_its_health_is_asked_at_its_port():
    said = dict(instructions())
    assert yaml.safe_load(said["ENTRYPOINT"]) == ["python", "-m", "moeviz"]
    options, _ = server(yaml.safe_load(said["CMD"]))
    assert options["--server.address"] == "0.0.0.0"
    assert said["EXPOSE"] == options["--server.port"]
    assert f"127.0.0.1:{options['--server.port']}/healthz" in said["HEALTHCHECK"]


def test_an_image_is_built_from_what_the_wheel_takes_and_nothing_else():
    taken = set((ROOT / ".dockerignore").read_text("utf-8").split("\n"))
    assert "*" in taken
    for name in ("app.py", "moeviz", "pages", ".streamlit", "setup.py", "requirements.txt"):
        assert f"!{name}" in taken
        assert (ROOT / name).exists()
    copied = [value.split()[0] for name, value in instructions() if name == "COPY"]
    assert all(name in (".", "--from=build") or f"!{name}" in taken for name in copied)


def known(command: str) -> bool:
    (commands,) = (each.choices for each in _parser()._actions if each.choices)
    return command in commands


@pytest.mark.parametrize("name", OURS)
def test_a_service_is_one_that_the_program_has(name):
    service = services()[name]
    words = [str(word) for word in service["command"]]
    if not known(words[0]):
        pytest.skip(f"the program has no command {words[0]} yet")
    _parser().parse_args(words)
    if words[0] == "serve":
        options, environment = server(words)
        assert options["--server.port"] in service["ports"][0].split(":")[2]
        assert service["ports"][0].startswith("127.0.0.1:")
        assert told(environment).hosts == (FILLED["MOEVIZ_NAME"],)
    assert service["read_only"]
    assert service["user"] == "10001:10001"
    assert service["cap_drop"] == ["ALL"]
    assert "/tmp:size=1g,mode=1777" in service["tmpfs"]
    assert service["volumes"] == [f"{name}:/var/lib/moeviz"]


def test_services_reach_each_other_under_their_names_and_nobody_else_reaches_the_database():
    all_of_it = yaml.safe_load(filled((DEPLOY / "compose.yaml").read_text("utf-8")))
    assert all_of_it["networks"]["back"] == {"internal": True}
    made = services()
    assert {name for name, service in made.items() if "front" in service["networks"]} == {"app"}
    assert {name for name, service in made.items() if "ports" in service} == {"app"}
    address = "tcp://scheduler:8786"
    assert made["app"]["environment"]["MOEVIZ_SCHEDULER"] == address
    assert "--port=8786" in made["scheduler"]["command"]
    assert all(address in made[name]["command"] for name in ("worker", "quick"))
    assert made["app"]["environment"]["MOEVIZ_STORE"].partition("@")[2] == "db:5432/moeviz"
    assert re.search(r":\d+\.\d+-", made["db"]["image"])


def test_no_secret_stands_in_a_file_and_none_may_be_missing():
    text = (DEPLOY / "compose.yaml").read_text("utf-8")
    for name in FILLED:
        assert re.search(rf"\$\{{{name}:\?", text), name
        assert re.search(rf"^{name}=$", (DEPLOY / "compose.env.example").read_text("utf-8"), re.M)


def test_the_versions_of_a_deployment_are_some_that_the_program_takes():
    pinned = dict(
        line.split("==")
        for line in (DEPLOY / "constraints.txt").read_text("utf-8").splitlines()
        if not line.startswith("#")
    )
    listed = (ROOT / "requirements.txt").read_text("utf-8").split("# Tests\n")[0].splitlines()
    needed = [line.partition("#")[0].strip() for line in listed]
    for each in map(Requirement, filter(None, needed)):
        assert pinned[each.name] in each.specifier, each.name


def test_a_name_that_is_missing_is_refused_by_the_program_too():
    with pytest.raises(SpecificationError, match="a host's name"):
        server(["serve", "--allowed-host="])


def test_the_documentation_names_the_files_that_there_are():
    text = (ROOT / "docs" / "deploy.md").read_text("utf-8")
    named = set(re.findall(r"deploy/([\w.-]+\w)", text))
    assert named == {path.name for path in DEPLOY.iterdir() if path.is_file()}
