"""Folders of entries, good and broken, beside the shipped ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from bank import Bank, load_bank
from bank.errors import BrokenEntry, UnknownEntry
from bank.load import SHIPPED

SHIPPED_IDS = sorted(p.stem for p in SHIPPED.glob("*.yaml"))


def errors(bank: Bank) -> list[str]:
    return [str(p) for p in bank.problems if not p.warning]


def test_every_shipped_entry_loads_without_a_problem_or_a_warning() -> None:
    bank = load_bank()
    assert [str(p) for p in bank.problems] == []
    assert sorted(bank.entries) == SHIPPED_IDS


def test_every_shipped_entry_begins_with_a_modeline() -> None:
    for path in SHIPPED.glob("*.yaml"):
        first = path.read_text(encoding="utf-8").partition("\n")[0]
        assert first == "# yaml-language-server: $schema=../entry.schema.json", path.name


def test_a_broken_entry_hides_no_good_one(tmp_path: Path, sample: str) -> None:
    (tmp_path / "sample.yaml").write_text(sample)
    (tmp_path / "broken.yaml").write_text("title: [")
    bank = load_bank([tmp_path])
    assert "sample" in bank.entries
    assert len(bank.entries) == len(SHIPPED_IDS) + 1
    assert len(errors(bank)) == 1
    with pytest.raises(BrokenEntry, match=r"'broken' is broken and cannot be used: .*broken.yaml:1: "):
        bank.question("broken")


def test_all_problems_of_all_files_are_told_sorted(tmp_path: Path, sample: str) -> None:
    for name in ("b", "a"):
        (tmp_path / f"{name}.yaml").write_text(
            sample.replace("id: sample", f"id: {name}").replace("title:", "titel:").replace("prompt:", "promt:", 1)
        )
    told = errors(load_bank([tmp_path]))
    assert [line.rpartition("/")[2][:9] for line in told] == [
        "a.yaml:3:",
        "a.yaml:4:",
        "b.yaml:3:",
        "b.yaml:4:",
    ]


def test_a_later_folder_replaces_an_entry_by_its_id(tmp_path: Path, sample: str) -> None:
    shipped = SHIPPED_IDS[0]
    for folder, title in (("one", "First"), ("two", "Second")):
        (tmp_path / folder).mkdir()
        text = sample.replace("id: sample", f"id: {shipped}").replace("A sample", title)
        (tmp_path / folder / f"{shipped}.yaml").write_text(text)
    bank = load_bank([tmp_path / "one", tmp_path / "two"])
    assert bank.entries[shipped].title == "Second"
    assert bank.sources[shipped] == tmp_path / "two" / f"{shipped}.yaml"
    assert bank.problems == ()


def test_where_the_replacement_is_broken_the_shipped_one_stays_and_both_are_named(tmp_path: Path) -> None:
    shipped = SHIPPED_IDS[0]
    (tmp_path / f"{shipped}.yaml").write_text("id: [")
    bank = load_bank([tmp_path])
    assert bank.question(shipped).entry.id == shipped
    assert any("is used in its place" in str(p) and p.warning for p in bank.problems)
    assert len(errors(bank)) == 1


def test_related_entries_that_are_nowhere_are_warned_of(tmp_path: Path, sample: str) -> None:
    (tmp_path / "sample.yaml").write_text(sample + f"related: [{SHIPPED_IDS[0]}, {SHIPPED_IDS[0]}s, broken]\n")
    (tmp_path / "broken.yaml").write_text("id: [")
    bank = load_bank([tmp_path])
    (warning,) = [str(p) for p in bank.problems if p.warning]
    assert (
        f"'related[1]' names an entry '{SHIPPED_IDS[0]}s' that is not in the bank. Did you mean '{SHIPPED_IDS[0]}'?" in warning
    )
    assert "sample" in bank.entries


def test_a_folder_that_is_not_there_is_a_problem_and_no_traceback(tmp_path: Path) -> None:
    bank = load_bank([tmp_path / "nowhere"])
    assert len(bank.entries) == len(SHIPPED_IDS)
    assert "The folder cannot be read" in errors(bank)[0]


def test_odd_files_of_a_folder_are_named_or_passed_over(tmp_path: Path, sample: str) -> None:
    (tmp_path / "sample.yml").write_text(sample)
    (tmp_path / ".#sample.yaml").symlink_to("nobody@nowhere")
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "notes.txt").write_text("notes")
    told = [str(p).rpartition("/")[2] for p in load_bank([tmp_path]).problems]
    assert told == [
        "folder.yaml: This is not a regular file.",
        "sample.yml: warning: This file is not read. Rename it so that it ends in .yaml.",
    ]


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path, sample: str) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text("root:x:0:0")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "leak.yaml").symlink_to(outside)
    (folder / "real.yaml").write_text(sample.replace("id: sample", "id: real"))
    (folder / "loop.yaml").symlink_to(folder / "loop.yaml")
    bank = load_bank([folder])
    told = "\n".join(errors(bank))
    assert "leads out of its folder" in told
    assert "root:x" not in told
    assert "real" in bank.entries


@pytest.mark.parametrize("address", ["../../etc/passwd", "nobody", "", "/", "\x1b[31m", "x" * 10_000])
def test_an_unknown_address_gets_one_short_sentence(address: str) -> None:
    with pytest.raises(UnknownEntry) as told:
        load_bank().question(address)
    assert len(str(told.value)) < 300
    assert "\x1b" not in str(told.value)


def test_the_nearest_address_is_named(tmp_path: Path, sample: str) -> None:
    (tmp_path / "sample.yaml").write_text(sample)
    bank = load_bank([tmp_path])
    assert bank.question("sample/more").follow_up is not None
    with pytest.raises(UnknownEntry, match="Did you mean 'sample'"):
        bank.question("sampel")
    with pytest.raises(UnknownEntry, match=r"has no follow-up 'mroe'[.] Did you mean 'more'"):
        bank.question("sample/mroe")
    with pytest.raises(UnknownEntry, match=r"has no follow-up ''[.] It has more[.]"):
        bank.question("sample/")
