from __future__ import annotations

import stat

import pytest

from tui.settings import Settings, keymap_problems, read_settings, write_settings


def test_no_file_means_the_defaults(tmp_path):
    assert read_settings(tmp_path / "settings.toml") == (Settings(), ())


def test_what_is_written_is_read_back(tmp_path):
    path = tmp_path / "home" / "settings.toml"
    settings = Settings(
        theme='odd "name" \\ é', mode="coach", self_grade=True, probes=0, retention=0.85, keymap={"answer.submit": "f5"}
    )
    write_settings(path, settings)
    assert read_settings(path) == (settings, ())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("thme = 'x'", "'thme' is not a setting. Did you mean 'theme'?"),
        ("probes = 11", "'probes' must be from 0 to 10, not 11."),
        ("probes = true", "'probes' must be a whole number, not True."),
        ("mode = 'loud'", "'mode' must be interview or coach, not 'loud'."),
        ("self_grade = 1", "'self_grade' must be true or false, not 1."),
        ("keymap = 3", '"keymap" must be a table of binding = "keys".'),
        ("probes =", "it is not TOML"),
    ],
)
def test_a_mistake_is_named_and_the_rest_still_counts(tmp_path, line, sentence):
    path = tmp_path / "settings.toml"
    path.write_text(f"drill_size = 7\n{line}\n")
    settings, (problem,) = read_settings(path)
    assert str(path) in problem
    assert sentence in problem
    assert settings.probes == 3
    assert settings.drill_size == (10 if "TOML" in sentence else 7)


def test_every_unknown_key_is_named_at_once(tmp_path):
    path = tmp_path / "settings.toml"
    path.write_text("one = 1\ntwo = 2\n")
    assert len(read_settings(path)[1]) == 2


def test_a_binding_may_be_written_with_dots_or_as_a_table(tmp_path):
    path = tmp_path / "settings.toml"
    path.write_text('[keymap]\n"answer.submit" = "f5"\n[keymap.home]\nquit = "ctrl+x"\n')
    assert read_settings(path)[0].keymap == {"answer.submit": "f5", "home.quit": "ctrl+x"}


def test_a_key_for_an_unknown_binding_is_refused_with_the_nearest_one():
    (problem,) = keymap_problems({"answer.submt": "f5"}, ["answer.submit", "home.quit"])
    assert "'answer.submt'" in problem
    assert "Did you mean 'answer.submit'?" in problem


def test_an_unreadable_file_is_named(tmp_path):
    (tmp_path / "settings.toml").mkdir()
    assert "cannot be read" in read_settings(tmp_path / "settings.toml")[1][0]
