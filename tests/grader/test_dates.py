"""Dates are data: any that Git stores is read, and those that Git can show are shown alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.grader.git.people import iso_date
from labs.grader.git.repository import Repository
from labs.grader.report import Outcome
from tests.grader.conftest import Repo, lab
from tests.grader.odd import literal

# the text after the name in a commit, and the ISO date; empty if Git reads none
DATES = {
    "0 -0800": "1969-12-31T16:00:00-08:00",
    "0 +0000": "1970-01-01T00:00:00+00:00",
    "1764430200 +0530": "2025-11-29T21:00:00+05:30",
    "1 +9999": "1970-01-05T04:39:01+99:99",
    "1 -9999": "1969-12-27T19:21:01-99:99",
    "253402300799 +0000": "9999-12-31T23:59:59+00:00",
    "253402300800 +0000": "10000-01-01T00:00:00+00:00",
    "99999999999999 +0000": "3170843-11-07T09:46:39+00:00",
    "9223372036854775807 +0000": "292277026596-12-04T15:30:07+00:00",
    "9223372036854775808 +0000": "1970-01-01T00:00:00+00:00",
    "1180591620717411303424 -0800": "1970-01-01T00:00:00+00:00",
    "-1 +0000": "",
    "-377705116800 +0000": "",
    "yesterday": "",
    "": "",
    "1": "",
    "1 UTC": "",
    "1 +051800": "1970-01-22T14:00:01+518:00",
}
CHECKS = (
    "readable: {}",
    "commits: {at_least: 2}",
    "each_commit: {blank_second_line: true}",
    "authors: {at_least: 1}",
    "commit: {at: main, author: A <a@b.c>}",
)


@pytest.mark.parametrize("role", ["author", "committer"])
def test_a_commit_of_any_date_is_graded_and_its_date_read(repo, role):
    repo.commit("First", a="a")
    tree, commit = repo.git("rev-parse", "HEAD^{tree}", "HEAD").split()
    ids = {}
    for date in DATES:
        people = {"author": "1 +0000", "committer": "1 +0000"} | {role: date}
        head = "".join(f"{name} A <a@b.c> {when}\n" for name, when in people.items())
        commit = literal(repo, "commit", f"tree {tree}\nparent {commit}\n{head}\nOdd\n".encode())
        ids[date] = commit
    repo.git("update-ref", "refs/heads/main", commit)
    report = repo.grade(lab(*CHECKS, "answer: {path: a.txt, equals: {date_of: main}}"))
    outcomes = [result.outcome for result in report.results]
    assert outcomes == [*[Outcome.PASSED] * 3, Outcome.NOT_RUN, Outcome.PASSED, Outcome.NEEDS_WORK]
    with Repository.open(repo.path) as repository:
        found = {date: getattr(repository.history[one], role).date for date, one in ids.items()}
    assert found == DATES


@given(
    st.lists(
        st.tuples(st.integers(0, 4_000_000_000), st.integers(-12, 13), st.sampled_from([0, 15, 30, 45])),
        max_size=20,
    )
)
def test_dates_are_written_as_git_writes_them(tmp_path_factory, dates):
    repo = Repo(tmp_path_factory.mktemp("dates") / "work")
    lines, expected = [], []
    for number, (seconds, hours, minutes) in enumerate(dates, start=1):
        zone = (abs(hours) * 100 + minutes) * (-1 if hours < 0 else 1)
        seconds += 100_000  # before 1970 in some zone, Git does not write it
        who = f"A <a@b.c> {seconds} {'-' if zone < 0 else '+'}{abs(zone):04}"
        lines.append(f"commit refs/heads/main\nmark :{number}\ncommitter {who}\ndata 0\n")
        expected.insert(0, iso_date(seconds, zone))
    repo.git("fast-import", "--quiet", stdin="".join(lines).encode())
    said = repo.git("log", "--topo-order", "--format=%aI", "main").split("\n") if dates else []
    assert [each.replace("Z", "+00:00") for each in said] == expected
