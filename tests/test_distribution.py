"""The wheel and the sdist hold what they need and nothing else, and the wheel works away from the checkout."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import zipfile
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path, PurePosixPath

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
PACKAGES = ("bank", "grader", "tui")
SHIPPED = {".py", ".yaml", ".json", ".tcss", ".html", ".safetensors"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the sdist."""
    folder = tmp_path_factory.mktemp("dist")
    code = (
        "import sys; from hatchling.build import build_sdist, build_wheel; build_wheel(sys.argv[1]); build_sdist(sys.argv[1])"
    )
    subprocess.run([sys.executable, "-c", code, str(folder)], cwd=ROOT, check=True, capture_output=True)
    return folder


def in_wheel(built: Path) -> set[str]:
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        return set(wheel.namelist())


def in_checkout(*folders: str) -> set[str]:
    """What git tracks there, and what it would."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *folders],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return {line for line in listed.stdout.splitlines() if (ROOT / line).exists()}


def test_the_wheel_holds_the_packages_and_nothing_else(built: Path) -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("this is no git checkout")
    packaged = {name for name in in_wheel(built) if not name.startswith("interview_tells-")}
    assert packaged == in_checkout(*PACKAGES)


def test_the_wheel_holds_every_kind_of_file_the_program_reads(built: Path) -> None:
    names = [PurePosixPath(name) for name in in_wheel(built)]
    assert {name.suffix for name in names if name.parts[0] in PACKAGES} == SHIPPED
    assert {name.parts[0] for name in names if name.suffix == ".yaml"} == {"bank"}
    assert not [name for name in names if name.parts[0] in ("tests", "data", "docs")]


def test_the_sdist_holds_what_a_wheel_and_the_tests_are_made_from(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert in_checkout(*PACKAGES, "tests") <= names
    assert {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "PKG-INFO"} <= names
    assert not [name for name in names if "__pycache__" in name or name.startswith((".venv", ".git/"))]


def test_the_wheel_is_small(built: Path) -> None:
    assert next(built.glob("*.whl")).stat().st_size < 30_000_000


def test_nothing_in_the_wheel_is_pickled(built: Path) -> None:
    assert not [
        name for name in in_wheel(built) if name.endswith((".pkl", ".pickle", ".pt", ".pth", ".bin", ".joblib", ".npy"))
    ]


@pytest.mark.slow
def test_installed_away_from_the_checkout_it_grades_demonstrates_and_is_healthy(
    built: Path, tmp_path: Path, home: Path
) -> None:
    away = tmp_path / "site"
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        wheel.extractall(away)

    def tells(*args: str, input: str = "") -> str:
        code = f"from tui.cli import main; import tui; assert tui.__file__.startswith({str(away)!r}), tui.__file__; main()"
        done = subprocess.run(
            [sys.executable, "-P", "-c", code, *args], check=False, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(away)},
            input=input, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert "Everything is in place." in tells("doctor")
    assert "unrolled-graph" in tells("grade", "bptt", input="BPTT is plain backprop on the unrolled graph.")
    assert "every one holds" in tells("demo", "--all")


def needed(name: str, extras: frozenset[str], seen: dict[str, Distribution]) -> None:
    """Every installed distribution that this one needs here, itself included."""
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return
    key = canonical(name)
    if key in seen and not extras:
        return
    seen[key] = found
    for line in found.requires or ():
        requirement = Requirement(line)
        for extra in extras | {""}:
            if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
                needed(requirement.name, frozenset(requirement.extras), seen)
                break


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_package_that_is_needed_is_pinned_to_what_is_installed() -> None:
    pins = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text().split())
    pins = {canonical(name): version for name, version in pins.items()}
    seen: dict[str, Distribution] = {}
    needed("interview-tells", frozenset({"dev"}), seen)
    del seen["interview-tells"]
    assert len(seen) > 50
    assert {name: pins.get(name) for name in seen} == {name: found.version.partition("+")[0] for name, found in seen.items()}


def test_the_constraints_name_no_host_and_no_path() -> None:
    for line in (ROOT / "constraints.txt").read_text().splitlines():
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", line), line
