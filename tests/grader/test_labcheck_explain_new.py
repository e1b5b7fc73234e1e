"""`labcheck explain` and `labcheck new`."""

import pytest

from labs.grader.__main__ import main
from labs.grader.checks import KINDS
from labs.grader.scenarios.steps import STEPS


def test_the_kinds_are_listed_each_on_a_line(capsys):
    assert main(["explain"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines[: len(KINDS)]] == [f"`{name}" for name in KINDS]


@pytest.mark.daily(3)
@pytest.mark.parametrize("name", KINDS)
def test_each_kind_explains_itself(name, capsys):
    assert main(["explain", name]) == 0
    assert capsys.readouterr().out.startswith(f"`{name}: ")


def test_a_kind_is_explained_with_its_parameters_types_and_defaults(capsys):
    assert main(["explain", "merged"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "  name: the name of a branch or tag, or a list of them. Required." in lines
    assert "  into: the name of a branch or tag. Default: main." in lines
    assert any(
        line.startswith("  by: any, merge-commit, fast-forward, squash, rebase or none. Default: any.")
        for line in lines
    )


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("no_large_files", "  over: a size, such as `500 KB` or `1 MB`. Default: 1 MB."),
        ("python_package", "  path: text. Default: `.`."),
        ("workflow", "  matrix: a mapping. Key: text. Value: any value."),
        (
            "own_tests",
            "  command: a list in which each item is text. Default: [python, -m, pytest, -q, -p, no:cacheprovider].",
        ),
    ],
)
def test_a_default_is_shown_as_it_is_written_in_a_lab(name, line, capsys):
    main(["explain", name])
    assert line in capsys.readouterr().out.splitlines()


def test_the_steps_are_explained(capsys):
    assert main(["explain", "steps"]) == 0
    out = capsys.readouterr().out
    assert [name for name in STEPS if f"\n`{name}: " not in "\n" + out] == []
    assert "  mainline: a whole number from 0 to 100,000." in out


def test_an_unknown_kind_is_answered_with_the_nearest(capsys):
    assert main(["explain", "tagg"]) == 2
    assert capsys.readouterr().err == "Unknown kind of check `tagg`. Did you mean `tag`?\n"


def test_a_new_lab_proves_its_checks_as_it_is(tmp_path, capsys):
    assert main(["new", str(tmp_path / "lab")]) == 0
    assert main(["test", str(tmp_path / "lab/lab.yaml")]) == 0
    assert "2 scenarios proved 3 of 3 checks." in capsys.readouterr().out
    text = (tmp_path / "lab/lab.yaml").read_text()
    assert all(f"#   `{name}: " in text for name in KINDS)
    assert (tmp_path / "lab/brief.md").read_text().startswith("A repository keeps")


def test_an_existing_lab_is_not_overwritten(tmp_path, capsys):
    (tmp_path / "brief.md").write_text("mine")
    assert main(["new", str(tmp_path)]) == 2
    assert "already exists and was not changed" in capsys.readouterr().err
    assert (tmp_path / "brief.md").read_text() == "mine"
    assert not (tmp_path / "lab.yaml").exists()


def test_a_folder_that_cannot_be_created_is_reported(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main(["new", str(tmp_path / "file/lab")]) == 2
    assert capsys.readouterr().err.startswith("Could not write the lab: ")
