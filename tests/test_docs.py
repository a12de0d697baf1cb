"""What README and docs show is true, because it runs.

In a block marked `console`, a line that starts with `$ ` is a command; lines that start with `> ` go on with it. What follows
is what it prints, `...` standing for anything; where nothing follows, anything may be printed. A command ends with 0, or with N
where it carries the comment `# exit code N`. The commands of one file share a folder and a home.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
NOT_RUN = re.compile(r"^(make|git|pipx|uv|pip|cd|export|source|eval|tells (serve|drill|practice|edit)|tells$)\b")
"""What sets up the reader's machine, or needs its terminal."""


@dataclass
class Example:
    """One command of a page."""

    line: int
    command: str
    output: str
    code: int


def blocks(page: Path, kind: str) -> list[tuple[int, str]]:
    """The fenced blocks of that kind, each with the line it begins on."""
    text = page.read_text(encoding="utf-8")
    found = re.finditer(rf"^```{kind}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return [(text.count("\n", 0, match.start(1)) + 1, match.group(1)) for match in found]


def examples(page: Path) -> list[Example]:
    found: list[Example] = []
    for first, block in blocks(page, "console"):
        for number, line in enumerate(block.splitlines(), first):
            if line.startswith("$ "):
                code = re.search(r"# exit code (\d+)$", line)
                found.append(Example(number, line[2:], "", int(code[1]) if code else 0))
            elif (line == ">" or line.startswith("> ")) and found and not found[-1].output:
                found[-1].command += "\n" + line[2:]
            else:
                assert found, f"{page.name}:{number}: output without a command"
                found[-1].output += line + "\n"
    return found


def matches(output: str, expected: str) -> bool:
    """Whether it is what the page shows, white space at the ends of lines and of the whole apart."""
    pattern = r".*?".join(re.escape(part) for part in tidy(expected).split("..."))
    return re.fullmatch(pattern, tidy(output), re.DOTALL) is not None


def tidy(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines())


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_commands_of_a_page_do_what_it_says(page: Path, tmp_path: Path, home: Path) -> None:
    env = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "80",
        "LINES": "24",
    }
    for example in examples(page):
        if NOT_RUN.match(example.command):
            continue
        done = subprocess.run(
            ["bash", "-c", f"set -o pipefail\n{example.command}"], check=False, cwd=tmp_path, env=env, stdin=subprocess.DEVNULL,
            capture_output=True, text=True,
        )  # fmt: skip
        place = f"{page.name}:{example.line}: {example.command}"
        assert done.returncode == example.code, f"{place}\n{done.stdout}{done.stderr}"
        if example.output.strip():
            assert matches(done.stdout + done.stderr, example.output), f"{place}\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_data_that_a_page_shows_can_be_read(page: Path) -> None:
    for line, block in blocks(page, "json"):
        assert json.loads(block), f"{page.name}:{line}"
    for line, block in blocks(page, "yaml"):
        assert yaml.safe_load(block), f"{page.name}:{line}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_links_of_a_page_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
        if not target.startswith(("http://", "https://", "mailto:")):
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize(
    ("output", "expected", "same"),
    [
        ("a\nb\n", "a\nb", True),
        ("a  \nb", "a\nb\n", True),
        ("a 12 b", "a ... b", True),
        ("a\nx\ny\nb", "a\n...\nb", True),
        ("a", "b", False),
    ],
)
def test_three_dots_stand_for_anything(output: str, expected: str, same: bool) -> None:
    assert matches(output, expected) is same
