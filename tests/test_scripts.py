"""The system-library script decides rightly; apt, dpkg and sudo are stand-ins that record how they were called."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Debian and Ubuntu only")
SCRIPT = Path(__file__).resolve().parents[1] / "scripts" / "system_libraries.sh"


class Machine:
    """A pretended Debian: what is installed, what its package lists know, and who asks."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.installed: list[str] = []
        self.known: list[str] = []
        self.user_id = 0
        self.sudo = False

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        self._command("id", f"echo {self.user_id}")
        self._command("sudo", '"$@"' if self.sudo else "exit 1", only_if="-n")
        self._command("dpkg-query", self._answer(self.installed, "install ok installed"))
        self._command("apt-cache", self._answer(self.known, "  Candidate: 1.0"))
        self._command("apt-get", f'echo "$@" >> {self.folder}/apt.log')
        environment = {**os.environ, "PATH": f"{self.folder}:/usr/bin:/bin"}
        command = ["bash", str(SCRIPT), *arguments]
        return subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60
        )

    @property
    def apt_calls(self) -> list[str]:
        log = self.folder / "apt.log"
        return log.read_text(encoding="utf-8").splitlines() if log.exists() else []

    @staticmethod
    def _answer(names: list[str], text: str) -> str:
        """Shell code that prints ``text`` where the last argument is one of ``names``, as dpkg and apt do."""
        return f'case " {" ".join(names)} " in *" ${{@: -1}} "*) printf "{text}" ;; *) exit 1 ;; esac'

    def _command(self, name: str, body: str, only_if: str = "") -> None:
        shift = f"if [[ $1 == {only_if} ]]; then shift; fi\n" if only_if else ""
        path = self.folder / name
        path.write_text(f"#!/bin/bash\n{shift}{body}\n", encoding="utf-8")
        path.chmod(0o755)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_nothing_missing_calls_nothing(machine: Machine) -> None:
    machine.installed = ["python3-venv"]
    result = machine.run("venv", "3.11")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert machine.apt_calls == []


def test_root_installs_what_is_missing_by_the_name_of_this_release(machine: Machine) -> None:
    machine.known = ["python3-venv"]
    assert machine.run("venv", "3.11").returncode == 0
    assert machine.apt_calls == ["install -y -q --no-install-recommends python3-venv"]


def test_lists_are_fetched_where_they_know_no_name(machine: Machine) -> None:
    assert machine.run("venv", "3.11").returncode == 0
    assert machine.apt_calls == ["update -q", "install -y -q --no-install-recommends python3-venv"]


def test_newer_name_is_preferred_where_it_exists(machine: Machine) -> None:
    machine.known = ["python3.13-venv", "python3-venv"]
    machine.run("venv", "3.13")
    assert machine.apt_calls == ["install -y -q --no-install-recommends python3.13-venv"]


def test_user_with_sudo_installs(machine: Machine) -> None:
    machine.user_id, machine.sudo, machine.known = 1000, True, ["python3-venv"]
    assert machine.run("venv", "3.11").returncode == 0
    assert machine.apt_calls == ["install -y -q --no-install-recommends python3-venv"]


def test_user_without_sudo_is_told_the_command(machine: Machine) -> None:
    machine.user_id = 1000
    result = machine.run("venv", "3.11")
    assert result.returncode == 1
    assert "gdsim lacks, to make a virtual environment: python3-venv" in result.stderr
    assert "sudo apt-get update && sudo apt-get install -y --no-install-recommends python3-venv" in result.stderr
    assert machine.apt_calls == []


def test_tests_need_the_window_libraries_and_a_virtual_screen(machine: Machine) -> None:
    machine.user_id = 1000
    window, tests = machine.run("window").stderr, machine.run("tests").stderr
    assert "libxcb-cursor0" in window
    assert "xvfb" not in window
    assert "libxcb-cursor0" in tests
    assert "xauth xvfb" in tests


def test_unknown_purpose_shows_the_usage(machine: Machine) -> None:
    result = machine.run("everything")
    assert result.returncode == 2
    assert "scripts/system_libraries.sh window" in result.stdout
