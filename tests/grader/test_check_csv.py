import csv
import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.grader.checks.csv import NoTableError, read_table
from labs.grader.report import Outcome
from labs.grader.spec import SpecError, load_spec

TABLE = 'id,text\n1,"Good, really"\n2,"Two\nlines"\n\n3,""\n'


def ask(repo, text, rest):
    repo.put("data.csv", text)
    repo.commit()
    return repo.ask(f"csv: {{path: data.csv, {rest}}}")


@pytest.mark.daily(3)
@pytest.mark.parametrize(
    ("text", "rest", "found"),
    [
        (TABLE, "columns: [id, text], rows_at_least: 3, rows_at_most: 3", ""),
        ("\ufeff" + TABLE.replace("\n", "\r\n"), "columns: [text]", ""),
        ("id; text\n1;2\n", "columns: [text, id], separator: ';'", ""),
        ("id\ttext\n1\t2\n", "columns: [text, id], separator: tab", ""),
        (TABLE, "columns: [id, text], exactly: true", ""),
        (TABLE, "columns: [text, id], exactly: true", "the columns `id` and `text`"),
        (TABLE, "columns: [id, txt]", "the columns `id` and `text`"),
        (TABLE, "rows_at_least: 4", "3 rows"),
        (TABLE, "rows_at_most: 2", "3 rows"),
        ("id,text\n", "rows_at_least: 1", "0 rows"),
        ("id,text\n1\n", "columns: [id]", "1 field instead of 2 (line 2)"),
        ('id,text\n1,"a', "columns: [id]", "unexpected end of data (line 2)"),
        ("\n\n", "columns: [id]", "no header (line 1)"),
    ],
)
def test_columns_and_rows_are_checked(repo, text, rest, found):
    result = ask(repo, text, rest)
    assert (result.outcome is Outcome.PASSED, result.found) == (not found, found)


def test_a_column_of_nearly_the_name_is_named(repo):
    result = ask(repo, "Id,texts\n1,2\n", "columns: [text]")
    assert result.why == "`data.csv` on `main` has no column `text`. It has `texts`."
    assert (result.expected, result.evidence[0].line) == ("the column `text`", 1)


@pytest.mark.parametrize("rest", ["separator: ';'", "exactly: true, rows_at_least: 1"])
def test_impossible_questions_are_refused(lab, rest):
    with pytest.raises(SpecError, match=r"needed|needs"):
        load_spec(lab(f"csv: {{path: a.csv, {rest}}}"))


_FIELD = st.text(
    st.characters(codec="utf-8", exclude_categories=["C"], include_characters='\n,";'), max_size=8
)
_ROWS = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(_FIELD, min_size=width, max_size=width), min_size=1, max_size=5)
)


@given(_ROWS, st.sampled_from([",", ";", "|"]))
def test_a_table_that_the_library_wrote_is_read_as_it_was(rows, separator):
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=separator, quoting=csv.QUOTE_ALL).writerows(rows)
    header, count = read_table(written.getvalue(), separator)
    assert (header, count) == ([name.strip() for name in rows[0]], len(rows) - 1)


@given(st.text('",;\n\r ab', max_size=40))
def test_any_text_is_a_table_or_none(text):
    with suppress(NoTableError):
        assert read_table(text)[0]
