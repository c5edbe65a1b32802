"""Manifests and job scripts for clusters: they can be read, and fit the program."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from moeviz.cli.program import _parser

ROOT = Path(__file__).parents[1]
KUBERNETES = ROOT / "deploy" / "kubernetes" / "moeviz.yaml"
SCRIPTS = sorted((ROOT / "deploy" / "slurm").glob("*.sbatch"))


@pytest.fixture(scope="module")
def parts() -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(KUBERNETES.read_text("utf-8")))


def pods(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [part for part in parts if part["kind"] in ("Deployment", "StatefulSet")]


def containers(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [c for part in pods(parts) for c in part["spec"]["template"]["spec"]["containers"]]


def test_every_part_has_what_kubernetes_needs(parts):
    versions = {
        "Namespace": "v1", "Service": "v1", "PersistentVolumeClaim": "v1", "Deployment": "apps/v1",
        "StatefulSet": "apps/v1", "NetworkPolicy": "networking.k8s.io/v1",
    }  # fmt: skip
    assert [part["apiVersion"] for part in parts] == [versions[part["kind"]] for part in parts]
    names = [(part["kind"], part["metadata"]["name"]) for part in parts]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z]([-a-z0-9]*[a-z0-9])?", name) for _, name in names)
    assert {part["metadata"].get("namespace", "moeviz") for part in parts} == {"moeviz"}
    for part in pods(parts):
        labels = part["spec"]["template"]["metadata"]["labels"]
        assert part["spec"]["selector"]["matchLabels"] == labels
    for container in containers(parts):
        assert {"name", "image", "resources"} <= container.keys()
        assert "memory" in container["resources"]["limits"]


def test_no_deployment_takes_another_ones_pods(parts):
    chosen = [part["spec"]["selector"]["matchLabels"] for part in pods(parts)]
    for at, labels in enumerate(chosen):
        others = chosen[:at] + chosen[at + 1 :]
        assert not any(labels.items() <= other.items() for other in others)


def test_services_claims_secrets_and_policies_lead_somewhere(parts):
    labels = [part["spec"]["template"]["metadata"]["labels"] for part in pods(parts)]
    chosen = [part["spec"]["selector"] for part in parts if part["kind"] == "Service"]
    policies = [part["spec"] for part in parts if part["kind"] == "NetworkPolicy"]
    chosen += [policy["podSelector"]["matchLabels"] for policy in policies]
    chosen += [
        peer["podSelector"]["matchLabels"]
        for policy in policies
        for rule in policy["ingress"]
        for peer in rule["from"]
    ]
    for wanted in chosen:
        assert any(wanted.items() <= have.items() for have in labels), wanted
    claims = {p["metadata"]["name"] for p in parts if p["kind"] == "PersistentVolumeClaim"}
    used = {
        volume["persistentVolumeClaim"]["claimName"]
        for part in pods(parts)
        for volume in part["spec"]["template"]["spec"].get("volumes", [])
    }
    assert used == claims
    secret = [e for c in containers(parts) for e in c.get("env", []) if "PASSWORD" in e["name"]]
    assert len(secret) == 2
    assert all("value" not in entry and "secretKeyRef" in entry["valueFrom"] for entry in secret)


def test_only_app_and_workers_reach_what_runs_programs(parts):
    rules = {p["metadata"]["name"]: p["spec"] for p in parts if p["kind"] == "NetworkPolicy"}
    peers = {
        name: {
            peer["podSelector"]["matchLabels"]["app"]
            for rule in spec["ingress"]
            for peer in rule["from"]
        }
        for name, spec in rules.items()
    }
    assert peers == {
        "scheduler": {"app", "workers"},
        "workers": {"scheduler", "workers"},
        "store": {"app"},
    }
    open_to_all = [p["metadata"]["name"] for p in parts if p.get("spec", {}).get("type")]
    assert open_to_all == [], "no service is given a port of the nodes"


def test_the_commands_of_containers_and_job_scripts_are_commands_of_this_program(parts):
    commands = [c["command"] for c in containers(parts) if "command" in c]
    for script in SCRIPTS:
        text = script.read_text("utf-8").replace("\\\n", " ")
        (words,) = re.findall(r'PYTHON" -m moeviz (.*)', text)
        address = words.replace('"$MOEVIZ_SCHEDULER"', "tcp://h:1")
        commands.append(["python", "-m", "moeviz", *re.sub(r'"\$\{.*?\}"', "4", address).split()])
    known = {"scheduler", "worker"}
    checked = [command for command in commands if command[3] in known]
    assert len(checked) == 6
    for command in checked:
        assert command[:3] == ["python", "-m", "moeviz"]
        assert all(isinstance(word, str) for word in command)
        assert callable(_parser().parse_args(command[3:]).run)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_job_scripts_are_scripts(script):
    assert script.read_text("utf-8").startswith("#!/bin/bash\n")
    bash = shutil.which("bash")
    assert bash is not None
    subprocess.run([bash, "-n", str(script)], check=True)
