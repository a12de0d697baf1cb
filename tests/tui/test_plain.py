from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.plain import one_line, printable, storable
from tui.widgets.answer_view import AnswerView
from tui.widgets.editor import plain_text

ANY = st.text(alphabet=st.characters(codec=None, exclude_categories=()), max_size=60)
HOSTILE = "a\x1b[31mb\x07\x00\x9b\u202ec\r\nd\u2028e\ud800\ttab\x7f"


@given(ANY)
def test_what_is_drawn_has_a_code_point_for_every_one_of_the_text(text):
    assert len(printable(text)) == len(text)


@given(ANY)
def test_only_a_newline_breaks_a_line_and_nothing_steers_the_terminal(text):
    drawn = printable(text)
    assert drawn.split("\n") == drawn.splitlines() or drawn.endswith("\n") or not drawn
    assert not any(
        c < " " or "\x7f" <= c <= "\x9f" or c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
        for c in drawn
        if c != "\n"
    )


def test_control_characters_are_shown_as_pictures_of_themselves():
    assert printable(HOSTILE) == "a␛[31mb␇␀��c \nd e� tab␡"


def test_a_pile_of_combining_marks_is_cut_down():
    assert printable("e" + "\u0301" * 30).count("\u0301") == 4


def test_ordinary_text_is_left_as_it_is():
    text = "Wörter, 漢字, 🙂 and ∂L/∂W"
    assert printable(text) == text
    assert storable(text) == text


@given(ANY, st.integers(min_value=0, max_value=60))
def test_an_offset_goes_to_a_place_on_the_screen_and_back(text, offset):
    view = AnswerView(text)
    at = min(offset, len(text))
    assert view.offset_of(view.location_of(at)) == at


def test_one_line_is_cut_with_an_ellipsis():
    assert one_line("a  b\nc", 4) == "a b…"
    assert one_line("[b]x[/b]") == "[b]x[/b]"


@given(ANY)
def test_what_is_pasted_holds_no_control_characters(text):
    assert all(c == "\n" or not (c < " " or "\x7f" <= c <= "\x9f") for c in plain_text(text))
