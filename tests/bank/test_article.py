"""Guides in the common shape become drafts that load, however they are laid out."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bank.article import read_article
from bank.draft import sentences, slug
from bank.draft_text import draft_text
from bank.entry import Entry
from bank.load import parse_entry

KNOWN = {"sourdough": "Sourdough bread", "yeast-doughs": "Yeast doughs"}

PLAIN = """\
Asked in: bakery basics, and apprenticeship exams.
It separates those who follow a recipe from those who know what the dough does.
What an L4 answer sounds like
“Kneading mixes flour and water until the dough is smooth.”
True as far as it goes.
What an L5 answer sounds like
“Kneading lines up the gluten strands so that the dough can hold gas.
Two things matter:
Hydration decides how easily the strands move. A wet dough needs less work and more folds.
Temperature decides the pace. Friction warms the dough by several degrees.
- Resting the dough lets enzymes do half of the work.
- The windowpane test shows when to stop.”
This one knows why.
What an L6 answer sounds like
“…and beyond that:
Overkneading oxidises the flour and bleaches the flavour. Machines reach that point within minutes.
Long fermentation replaces kneading altogether, because time aligns the gluten.”
Tells that get you a strong-hire vote
- You describe kneading as lining up gluten strands.
- You name the windowpane test.
- You mention the smell of a stone oven.
Tells that get you down-leveled
- Treating kneading as mere mixing.
- No mention of hydration.
- Claiming that more kneading is always better.
- No knowledge of proofing baskets.
Common follow-up
“Why does a wet dough need less kneading?”
The L6 answer:
“First, water lets the strands slide. Second, the folds align them in place of the hook.”
Related: Sourdough bread, Yeast dough, Oven spring.
"""

MARKDOWN = """\
# What is kneading?

## Related
- *Sourdough bread*

## 3. An L6 answer sounds like

> Long fermentation replaces kneading altogether,
> because time aligns the gluten.

## Tells that get you down-levelled

1. Never mentions hydration
2. Says that kneading is mixing

**Asked in:** exams

### L4 answer

"Kneading mixes flour and water
until the dough is smooth."

## Follow-up question: Why fold?
**Strong answer:** Folding stretches without tearing.

## Strong-hire tells
* Time aligns the gluten
"""


def drafted(article: str, name: str = "kneading") -> Entry:
    text, _ = draft_text(article, name, name, KNOWN)
    file = parse_entry(text, Path(f"{name}.yaml"))
    assert [str(p) for p in file.problems if not p.warning] == []
    assert file.entry is not None
    return file.entry


def test_answers_stand_at_their_levels_without_their_quotes() -> None:
    entry = drafted(PLAIN)
    assert entry.levels.L4.answer == "Kneading mixes flour and water until the dough is smooth."
    assert entry.levels.L4.summary == "True as far as it goes."
    assert entry.levels.L5.answer.startswith("Kneading lines up the gluten")
    assert entry.levels.L5.answer.endswith("shows when to stop.")
    assert entry.levels.L5.summary == "This one knows why."


def test_an_answer_that_goes_on_takes_in_the_one_below() -> None:
    entry = drafted(PLAIN)
    assert entry.levels.L6.answer.startswith(entry.levels.L5.answer)
    assert entry.levels.L6.answer.endswith("because time aligns the gluten.")


def test_each_paragraph_and_list_item_becomes_a_tell_of_its_level() -> None:
    entry = drafted(PLAIN)
    at = {level: [t.id for t in entry.tells if t.level == level] for level in ("L4", "L5", "L6")}
    assert at["L4"] == ["kneading-mixes-flour"]
    assert {"hydration-decides-easily", "temperature-decides-pace", "windowpane-test-shows"} <= set(at["L5"])
    assert {"overkneading-oxidises-flour", "long-fermentation-replaces"} <= set(at["L6"])
    hydration = next(t for t in entry.tells if t.id == "hydration-decides-easily")
    assert hydration.examples == (
        "Hydration decides how easily the strands move.",
        "A wet dough needs less work and more folds.",
    )


def test_strong_hire_bullets_mark_the_tells_they_mean_and_make_new_ones_where_none_is_meant() -> None:
    strong = {t.id: t for t in drafted(PLAIN).tells if t.strong_hire}
    assert set(strong) == {"kneading-lines-gluten", "windowpane-test-shows", "smell-stone-oven"}
    assert strong["smell-stone-oven"].examples == ()


def test_absences_become_missing_groups_and_assertions_misconceptions() -> None:
    entry = drafted(PLAIN)
    assert [g.none_of for g in entry.missing] == [("hydration-decides-easily",), ("proofing-baskets",)]
    assert [m.says for m in entry.misconceptions] == ["kneading is mere mixing.", "more kneading is always better."]
    assert any(t.id == "proofing-baskets" for t in entry.tells)


def test_a_follow_up_has_its_answer_and_tells() -> None:
    (follow_up,) = drafted(PLAIN).follow_ups
    assert follow_up.prompt == "Why does a wet dough need less kneading?"
    assert follow_up.answer.startswith("First, water lets")
    assert [t.says for t in follow_up.tells] == [
        "water lets the strands slide.",
        "the folds align them in place of the hook.",
    ]


def test_related_titles_become_ids_and_strangers_are_told() -> None:
    text, draft = draft_text(PLAIN, "kneading", "kneading", KNOWN)
    assert draft.related == ["sourdough", "yeast-doughs"]
    assert "related, but not in the bank: Oven spring" in draft.notes
    assert any("It separates those" in note for note in draft.notes)
    assert "# Not placed: line 2: It separates" in text


def test_where_it_was_asked_is_a_list() -> None:
    assert drafted(PLAIN).asked_in == ("bakery basics", "apprenticeship exams")


def test_every_open_question_is_marked() -> None:
    text, _ = draft_text(PLAIN, "kneading", "kneading", KNOWN)
    assert "# DECIDE: the article's answer goes on from the level below" in text
    assert '# DECIDE: from "Treating kneading as mere mixing."' in text
    assert 'meant by "No mention of hydration."' in text
    assert text.startswith("# yaml-language-server: $schema=entry.schema.json\n")


def test_markdown_in_another_order_with_sections_missing_reads_the_same() -> None:
    entry = drafted(MARKDOWN)
    assert entry.title == "kneading"
    assert entry.prompt == "What is kneading?"
    assert entry.asked_in == ("exams",)
    assert entry.related == ("sourdough",)
    assert entry.levels.L4.answer == "Kneading mixes flour and water until the dough is smooth."
    assert entry.levels.L5.answer == ""
    assert entry.levels.L6.answer == "Long fermentation replaces kneading altogether, because time aligns the gluten."
    assert [t.strong_hire for t in entry.tells if t.level == "L6"] == [True]
    assert [m.says for m in entry.misconceptions] == ["kneading is mixing."]
    assert len(entry.missing) == 1
    assert entry.follow_ups[0].prompt == "Why fold?"
    assert entry.follow_ups[0].answer == "Folding stretches without tearing."


@pytest.mark.parametrize("bullet", ["-", "*", "•", "1.", "2)", "–"])
def test_lists_may_have_any_marker(bullet: str) -> None:
    article = read_article(f"Tells that get you down-leveled\n{bullet} Never tastes the dough\n{bullet} Says salt kills it\n")
    assert [c.text for c in article.down] == ["Never tastes the dough", "Says salt kills it"]


@pytest.mark.parametrize("quotes", ["“”", '""', "«»", "„“"])
def test_quotes_may_be_of_any_kind(quotes: str) -> None:
    article = read_article(f"L5 answer:\n{quotes[0]}It rises.\nIt falls.{quotes[1]}\nFine.\n")
    assert [c.text for c in article.answers["L5"]] == ["It rises.", "It falls."]
    assert [c.text for c in article.remarks["L5"]] == ["Fine."]


def test_an_answer_without_quotes_is_the_whole_section() -> None:
    article = read_article(
        "What an L5 answer sounds like:\nIt rises.\n\nIt falls.\nTells that get you a strong-hire vote\n- x\n"
    )
    assert [c.text for c in article.answers["L5"]] == ["It rises.", "It falls."]


@pytest.mark.parametrize(
    "article", ["", "\n\n", "Nothing of the kind.", "“", "# ", "L4\nL5\nL6\n", "- " * 50, "Follow-up\n?\n", "\x00\x1b[31m"]
)
def test_an_article_without_a_usable_part_still_drafts_an_entry_that_loads(article: str) -> None:
    assert drafted(article).tells


@settings(deadline=None, max_examples=150, derandomize=True, database=None)
@given(
    st.lists(
        st.sampled_from([*PLAIN.split("\n"), *MARKDOWN.split("\n"), "x: y # z", "'\"\\", "\u2028", "😀 !!tag &a *b"]),
        max_size=40,
    )
)
def test_lines_in_any_order_draft_an_entry_that_loads(lines: list[str]) -> None:
    drafted("\n".join(lines))


@settings(deadline=None, max_examples=100, derandomize=True, database=None)
@given(st.text(max_size=300))
def test_any_text_drafts_an_entry_that_loads(text: str) -> None:
    drafted(PLAIN.replace("hydration", text).replace("gluten", text[::-1]))


def test_slugs_and_sentences() -> None:
    assert slug("You name the Windowpane test, and don't stop!") == "windowpane-test-stop"
    assert slug("€ – ∂") == ""
    assert sentences("It rises. It falls! “Why?” Because.") == ["It rises.", "It falls!", "“Why?”", "Because."]
