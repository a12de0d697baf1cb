"""What can be wrong with the text of an entry before anybody asks what it means."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

import bank.source
from bank.load import EntryFile, load_entry, parse_entry
from bank.scalars import Surprise, scalar
from bank.source import Source, Unreadable, decode


def test_a_sound_entry_has_no_problem_and_knows_its_lines(sample: str, parsed: EntryFile) -> None:
    assert parsed.problems == []
    assert parsed.entry is not None
    source = Source(sample)
    assert source.line(("tells", 1, "says")) == 18
    assert source.line(("levels", "L6", "requires", "any", 0, "of", 1)) == 8
    assert source.line(("tells", 1, "not-there")) == 16
    assert source.plain() == yaml.safe_load(sample)


def test_the_pure_python_parser_reads_the_same(sample: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bank.source, "_LOADER", yaml.SafeLoader)
    assert Source(sample).plain() == yaml.safe_load(sample)
    file = parse_entry("title: 'open\n", Path("sample.yaml"))
    assert "never closed" in str(file.problems[0])


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "The file is empty."),
        ("# nothing\n", 1, "The file is empty."),
        ("- a\n", 1, "An entry is a mapping"),
        ("a: 1\n---\nb: 2\n", 2, "A second document begins here."),
        ("id: x\nlevels:\n\tL4: x\n", 3, "A tab stands in the indentation."),
        ("title: What: why\n", 1, "A colon and a space make a key"),
        ('id: x\ntitle: "A" and B\n', 2, "Text goes on after the closing quote."),
        ("title: @home\n", 1, "'@' cannot begin a text."),
        ("title: `code`\n", 1, "'`' cannot begin a text."),
        ("id: x\ntitle: 'open\nprompt: y\n", 2, "The quote that opens here is never closed."),
        ('title: "\\q"\n', 1, "a backslash begins an escape"),
        ("topics: [a, b\nid: x\n", 2, "The list that '[' opens in line 1"),
        ("levels: {L4: x\n", 2, "The mapping that '{' opens in line 1"),
        ("tells:\n  - a\n id: b\n", 3, "does not fit what began in line 1"),
        ("id: x\nloose words\n", 2, "This line is not `key: value`."),
        ("title: *bold*\n", 1, "Put a text that begins with '*' in quotes."),
        ("? [a]\n: b\n", 1, "A key must be one word."),
        ("title: &a [*a]\n", 1, "stands inside what it repeats"),
        ('"a\\e[31m": b\n', 1, "holds a control character"),
    ],
)
def test_a_text_that_is_no_entry_gets_one_sentence(
    text: str, line: int, words: str, problems: Callable[[str], list[str]]
) -> None:
    told = problems(text)
    assert len(told) == 1
    assert told[0].startswith(f"{line}: ")
    assert words in told[0]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("id: caf\xe9".encode("latin-1"), "Byte 0xe9 is not UTF-8; the file may be Latin-1."),
        ("id: a".encode("utf-16"), "UTF-16"),
        (b"id: a\nb: \0", "2: Here stands a NUL byte."),
        (b"id: \x1b[31m", "the control character U+001B"),
        (b"a" * 1_000_001, "larger than 1,000,000 bytes"),
    ],
)
def test_a_file_that_is_no_text_gets_one_sentence(data: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(data)
    (problem,) = load_entry(path).problems
    assert words in str(problem)


def test_a_byte_order_mark_is_no_mistake() -> None:
    assert decode("\ufeffid: x".encode()) == "id: x"


def test_windows_line_ends_count_as_one_line(sample: str, problems: Callable[[str], list[str]]) -> None:
    assert problems(sample.replace("\n", "\r\n")) == []
    assert problems(sample.replace("says: The second", "sais: The second").replace("\n", "\r\n"))[0].startswith("18: ")


def test_missing_files_and_folders_are_named(tmp_path: Path) -> None:
    assert "There is no such file." in str(load_entry(tmp_path / "x.yaml").problems[0])
    assert "not a regular file" in str(load_entry(tmp_path).problems[0])
    assert "cannot be read" in str(load_entry(Path("a\0b.yaml")).problems[0]) or "no such file" in str(
        load_entry(Path("a\0b.yaml")).problems[0]
    )


@pytest.mark.parametrize(
    "text",
    [
        "[" * 400_000,
        "a: " + "{a: " * 100_000,
        "\n".join(" " * n + "a:" for n in range(900)),
    ],
)
def test_deep_nesting_is_refused(text: str) -> None:
    with pytest.raises(Unreadable, match="deep in one another"):
        Source(text)


@pytest.mark.parametrize(
    "text",
    [
        "tells: [" + "1," * 400_000 + "]",
        "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
        + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 10)}]\n" for n in range(9)),
        "a: &a " + "x" * 400_000 + "\ntells: [" + "*a," * 1000 + "]",
    ],
)
def test_what_aliases_expand_to_is_bounded(text: str) -> None:
    with pytest.raises(Unreadable, match="every alias written out"):
        Source(text)


def test_an_alias_may_repeat_a_value() -> None:
    source = Source("topics: &t [a, b]\nasked_in: *t\n")
    assert source.plain() == {"topics": ["a", "b"], "asked_in": ["a", "b"]}
    assert source.complaints == []


def test_a_key_that_stands_twice_is_named_with_both_lines(changed: Callable[..., list[str]]) -> None:
    told = changed("title: A sample\n", "title: A sample\ntitle: Another\n")
    assert told == ["4: 'title' stands here a second time; first in line 3. Keep one."]


@pytest.mark.parametrize(
    ("word", "means"),
    [
        ("no", "false"),
        ("On", "true"),
        ("YES", "true"),
        ("off", "false"),
        ("2026-01-31", "a date"),
        ("1:30", "a number to base 60"),
        ("010", "not to base 10"),
        ("0x1F", "not to base 10"),
        ("1_000", "underscores"),
        (".inf", "infinity"),
        (".nan", "infinity or not a number"),
    ],
)
def test_a_word_with_two_meanings_is_a_problem(word: str, means: str, changed: Callable[..., list[str]]) -> None:
    (told,) = changed("examples: [one way to put it]", f"examples: [{word}]")
    assert told.startswith(f"13: tells[0] \"first\": 'examples[0]': '{word}' without quotes means {means}") or means in told
    assert "in quotes" in told


@pytest.mark.parametrize("word", ["no", "2026-01-31", "1:30", "010"])
def test_in_quotes_it_is_text(word: str, changed: Callable[..., list[str]]) -> None:
    assert changed("examples: [one way to put it]", f"examples: ['{word}']") == []


def test_plain_words_keep_their_plain_meaning() -> None:
    words = [
        "",
        "~",
        "true",
        "False",
        "12",
        "-3",
        "1.5",
        "1e-3",
        ".5",
        "nothing",
        "yesterday",
        "y",
        "n",
        "1.2.3",
        "-",
        "+",
        "=",
        "nO",
    ]
    values = [None, None, True, False, 12, -3, 1.5, 0.001, 0.5]
    assert [scalar(word) for word in words] == [*values, *words[len(values) :]]
    for word in ("9" * 100, "1e999"):
        with pytest.raises(Surprise):
            scalar(word)


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system [x]", "!custom x", "!!str x"])
def test_tags_are_refused(tag: str, changed: Callable[..., list[str]]) -> None:
    assert any("is not allowed" in told for told in changed("title: A sample", f"title: {tag}"))


def test_merge_keys_are_refused(changed: Callable[..., list[str]]) -> None:
    told = changed("  - id: second\n", "  - id: second\n    <<: {strong_hire: true}\n")
    assert told == ["17: tells[1] \"second\": '<<' merges are not supported. Write the keys out."]


@pytest.mark.parametrize("escape", ["\\e[31mred", "\\x9b2J", "\\u202egnp", "\\0", "\\r"])
def test_escaped_control_characters_are_named(escape: str, changed: Callable[..., list[str]]) -> None:
    (told,) = changed("title: A sample", f'title: "A {escape}"')
    assert "'title' holds the control character U+" in told
