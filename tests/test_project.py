"""What the project says of itself is true: its packaging, its pins, its start-up."""

from __future__ import annotations

import fnmatch
import importlib.metadata
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
SLOW_TO_IMPORT = ("torch", "sympy", "matplotlib", "scipy", "contourpy", "pandas")


@pytest.fixture(scope="module")
def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_every_folder_with_modules_is_packaged(pyproject: dict[str, Any]) -> None:
    folders = {path.parent.relative_to(ROOT) for path in (ROOT / "gdsim").rglob("*.py")}
    packages = {".".join(folder.parts) for folder in folders} | {"gdsim.resources"}
    assert sorted(packages) == sorted(pyproject["tool"]["setuptools"]["packages"])


def test_every_package_says_that_it_is_one() -> None:
    folders = {path.parent for path in (ROOT / "gdsim").rglob("*.py")} | {ROOT / "resources"}
    assert [folder for folder in sorted(folders) if not (folder / "__init__.py").is_file()] == []


def test_every_resource_is_packaged(pyproject: dict[str, Any]) -> None:
    patterns = pyproject["tool"]["setuptools"]["package-data"]["gdsim.resources"]
    suffixes = [pattern.removeprefix("**/") for pattern in patterns]
    sources = [*suffixes, "*.py", "*.pyc", "*.ts"]
    files = [path for path in (ROOT / "resources").rglob("*") if path.is_file()]
    assert len(files) > 1
    assert [path for path in files if not any(fnmatch.fnmatch(path.name, pattern) for pattern in sources)] == []


def test_installed_package_finds_its_resources() -> None:
    try:
        importlib.metadata.distribution("gdsim")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("gdsim is not installed here; `make test` installs it")
    code = "from importlib.resources import files; print(*(f.name for f in files('gdsim.resources').iterdir()))"
    found = subprocess.run(
        [sys.executable, "-c", code], cwd="/", capture_output=True, text=True, check=True, timeout=60
    )
    assert {"icons", "presets", "colormaps.npz"} <= set(found.stdout.split())


def test_every_dependency_is_pinned_within_its_bounds(pyproject: dict[str, Any]) -> None:
    pins = {}
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            name, _, version = line.partition("==")
            pins[canonicalize_name(name)] = version
    project = pyproject["project"]
    for text in project["dependencies"] + project["optional-dependencies"]["dev"]:
        requirement = Requirement(text)
        assert requirement.specifier.contains(pins[canonicalize_name(requirement.name)]), text


def test_changelog_names_the_version(pyproject: dict[str, Any]) -> None:
    headings = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert headings[0] in {"Unreleased", pyproject["project"]["version"]}


def test_no_file_names_a_path_of_this_machine() -> None:
    here = [f"{ROOT}/"] + [f"{Path.home()}/"] * (len(Path.home().parts) > 1)
    folders = ["gdsim", "resources", "tests", "docs", "benchmarks", "scripts"]
    texts = [path for path in ROOT.iterdir() if path.suffix in {".md", ".toml", ".txt"} or path.name == "Makefile"]
    for folder in folders:
        texts += [p for p in (ROOT / folder).rglob("*") if p.suffix in {".py", ".sh", ".md", ".toml", ".ts", ".svg"}]
    assert len(texts) > 20
    assert [path for path in texts if any(place in path.read_text(encoding="utf-8") for place in here)] == []


def test_nothing_slow_is_imported_before_the_window_paints() -> None:
    """Importing every module of the interface loads none of the packages that take long to load."""
    code = f"""
import importlib, json, pkgutil, sys
import gdsim.app
names = [module.name for module in pkgutil.walk_packages(gdsim.app.__path__, "gdsim.app.")]
loaded = {{}}
for name in names:
    importlib.import_module(name)
    for slow in {SLOW_TO_IMPORT!r}:
        if slow in sys.modules:
            loaded.setdefault(slow, name)
print(json.dumps([len(names), loaded]))
"""
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    count, first_loaded_by = json.loads(result.stdout)
    assert count > 3
    assert first_loaded_by == {}
