"""The figures of the house style count what they say."""

from tests.figures import FOLDERS, ROWS, Figures, describe_subjects, python_files, table

TOY = (
    '''"""What this module is about."""

# two lines
# of one comment
import os  # noqa: F401

# --- a rule ---


def outer(items):
    """Return nothing."""
    import sys  # why: a second one

    def inner():
        import re

    for item in items:
        if item:
            with item:
                while item:
                    pass
        elif not item:
            pass
        elif items:
            pass


class Thing:
    """Whether it is one."""

    async def long(self):
'''
    + "        pass\n" * 60
)


def measured(source=TOY):
    figures = Figures()
    figures.add(source)
    return figures


def test_a_toy_module_is_counted():
    figures = measured()
    assert figures.files == [len(TOY.splitlines())]
    assert sorted(figures.functions) == [2, 16, 61]
    assert (figures.deep, figures.inner_imports, figures.comments) == (1, 2, 2)
    assert (figures.docstrings, figures.nominal, figures.documented) == (3, 2, 1)


def test_the_table_shows_shares_of_all_modules():
    figures = measured()
    figures.add("def short():\n    pass\n")
    rows = {
        line.split(" | ")[0].strip("| "): line.split(" | ")[1].rstrip(" |")
        for line in table({"toy": figures}).splitlines()[2:]
    }
    assert list(rows) == list(ROWS)
    assert rows["functions over 50 lines"] == "25.0%"
    assert rows["nesting of 4 or more"] == "25.0%"
    assert rows["functions with a docstring"] == "25.0%"
    assert rows["docstrings that begin What, Whether, Who, Where"] == "66.7%"
    assert rows["function, median / p90"] == "9 / 48"


def test_an_elif_is_no_deeper_than_its_if():
    chain = "def f(x):\n    if x:\n        pass\n" + "    elif x:\n        pass\n" * 9
    assert measured(chain).deep == 0


def test_an_empty_folder_has_no_shares():
    assert "| - |" in table({"nothing": Figures()})


def test_long_subjects_are_listed():
    assert describe_subjects(["short", "x" * 72, "y" * 73]) == (
        "3 commits: subject median 72, over 72: 1\n  " + "y" * 73
    )


def test_each_folder_has_files_and_no_migrations():
    for folder in FOLDERS:
        files = python_files(folder)
        assert files and not [file for file in files if "migrations" in file.parts]
