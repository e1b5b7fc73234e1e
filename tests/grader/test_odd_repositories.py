"""Every kind of check meets every odd, hostile and broken repository, each of which is graded once by all of them."""

import io
import json
import tarfile
import xml.etree.ElementTree as ET
from contextlib import contextmanager
from pathlib import PurePosixPath
from socket import socketpair
from threading import Thread

import pytest

from labs.grader.checks import KINDS, Learner, Run
from labs.grader.commands.github import annotation_lines, summary
from labs.grader.engine import grade
from labs.grader.git.complaints import cannot_read
from labs.grader.git.repository import Repository, RepositoryDamagedError, TooLargeError, UnreadableError
from labs.grader.report import Outcome, Report
from labs.grader.report_text import report_lines
from labs.grader.sandbox import Ran
from labs.grader.spec import load_spec
from labs.grader.words import visible
from tests.grader.conftest import Repo
from tests.grader.damage import DAMAGED, MALFORMED
from tests.grader.every_kind import ASKED, CHECKS, LAB
from tests.grader.odd import EVERYTHING, ODD
from tests.grader.stock import Stock

pytestmark = pytest.mark.heavy

SPEC = load_spec(LAB)
SVG_ELEMENTS = {"svg", "title", "desc", "g", "path", "rect", "circle", "text", "tspan"}
REFUSED = "refused"
LEARNER = Learner(("Learner",), ("learner@example.org",))


class Unpacking:
    """A fake sandbox: unpacks its input in memory, and prints text that must not reach a terminal."""

    def unavailable(self):
        return ""

    def environment(self, requirements):
        return ""

    def run(self, job):
        with tarfile.open(fileobj=io.BytesIO(job.files)) as archive:
            for member in archive:
                parts = PurePosixPath(member.name).parts
                assert member.isreg() and parts[0] != "/" and ".." not in parts
        return Ran(0, "exit", b"ran " + EVERYTHING, 0.1)

    @contextmanager
    def talk(self, job):
        self.run(job)
        one, other = socketpair()
        with one, other:
            thread = Thread(target=hold_one_test, args=(other,))
            thread.start()
            yield one
            thread.join()


def hold_one_test(channel):
    """Answer like hidden tests with odd names, reading a line after each."""
    says = (
        {"ask": "tests", "names": [EVERYTHING.decode(errors="replace")]},
        {"ask": "begin"},
        {"ask": "end", "held": False, "words": EVERYTHING.decode(errors="replace")},
        {"ask": "done"},
    )
    with channel.makefile("rw") as lines:
        for said in says:
            print(json.dumps(said), file=lines, flush=True)
            if said["ask"] != "done":
                lines.readline()


def graded(path):
    with Repository.open(path) as repository:
        return grade(SPEC, repository, sandbox=Unpacking(), learner=LEARNER)


@pytest.fixture(scope="session")
def reports(tmp_path_factory):
    """The report of a repository that is built and graded when it is first asked for, and its folder."""
    known = {}

    def report(build):
        if build not in known:
            repo = Repo(tmp_path_factory.mktemp("odd") / "work")
            build(repo)
            known[build] = graded(repo.path), repo
        return known[build]

    return report


def outcomes(report):
    return dict(zip(ASKED, (result.outcome for result in report.results), strict=True))


def texts(data):
    if isinstance(data, dict | list | tuple):
        for item in data.values() if isinstance(data, dict) else data:
            yield from texts(item)
    elif isinstance(data, str):
        yield data


def test_every_kind_is_tested():
    assert set(CHECKS) == set(KINDS)


@pytest.mark.parametrize("name", ODD)
def test_an_odd_repository_gets_verdicts_in_time(reports, caplog, name):
    report, repo = reports(ODD[name])
    wrong = [
        (asked, result.why or result.reason)
        for asked, result in zip(ASKED, report.results, strict=True)
        if result.outcome is Outcome.FAULT or (result.reason or "").startswith("Timed out")
    ]
    assert wrong == []
    assert not [record for record in caplog.records if "left out" in record.message]
    assert not (repo.path.parent / "ran").exists()


@pytest.mark.parametrize("name", ODD)
def test_nothing_of_an_odd_repository_reaches_the_screen_as_it_is(reports, name):
    report, _ = reports(ODD[name])
    data = report.to_json()
    assert Report.from_json(json.loads(json.dumps(data))) == report
    assert [text for text in texts(data) if not text.replace("\n", "").isprintable()] == []
    assert [text for text in report_lines(report, hints=True) if not text.isprintable()] == []
    lines = annotation_lines(report)
    assert [
        line for line in lines if not line.isprintable() or not line.startswith(("::error ", "::warning "))
    ] == []
    assert summary(report).replace("\n", "").isprintable()


@pytest.mark.parametrize("name", ODD)
def test_pictures_of_an_odd_repository_contain_only_drawings(reports, name):
    report, _ = reports(ODD[name])
    drawings = [report.graph] if report.graph else []
    drawings += [drawing for result in report.results for drawing in result.drawings]
    assert drawings or name == "tag-of-tags-too-deep"
    for drawing in drawings:
        for element in ET.fromstring(drawing.svg).iter():
            assert element.tag in SVG_ELEMENTS
            assert not [
                key for key in element.attrib if key.startswith("on") or "href" in key or key == "style"
            ]


def test_settings_and_files_beside_the_objects_change_no_verdict(reports):
    stock, hostile = (outcomes(reports(ODD[name])[0]) for name in ("stock", "hostile-settings"))
    assert {asked.split(":")[0] for asked in ASKED if stock[asked] != hostile[asked]} <= {"attributes", "lfs"}


@pytest.mark.parametrize("name", ["unborn-head", "dangling-head", "detached", "sha256", "dates"])
def test_what_does_not_concern_a_lab_changes_no_verdict(reports, name):
    assert outcomes(reports(ODD[name])[0]) == outcomes(reports(ODD["stock"])[0])


@pytest.mark.parametrize(
    "name", ["commit-headers", "people-and-messages", "octopus-and-criss-cross", "dates"]
)
def test_parents_and_trees_are_those_that_git_reads(reports, name):
    _, repo = reports(ODD[name])
    with Repository.open(repo.path) as repository:
        found = {commit.id: (commit.tree, *commit.parents) for commit in repository.history.commits.values()}
    said = repo.git(
        "rev-list", "--branches", "--tags", "--format=%H %T %P", "--no-commit-header"
    ).splitlines()
    assert found == {commit: (*rest,) for commit, *rest in map(str.split, said)}


def verdicts(path):
    """Return the outcome of each check alone, or REFUSED if it needs something that Git refuses."""
    with Repository.open(path) as repository:
        run = Run(repository, SPEC.starters, LEARNER, Unpacking())
        return {asked: verdict(check, run) for asked, check in zip(ASKED, SPEC.checks, strict=True)}


def verdict(check, run):
    try:
        return check.parameters.check(run).outcome
    except TooLargeError:
        return Outcome.NOT_RUN
    except RepositoryDamagedError as error:
        assert visible(cannot_read(str(error))) == cannot_read(str(error))
        return REFUSED


@pytest.mark.parametrize("name", DAMAGED)
def test_broken_storage_is_refused_and_never_another_verdict(reports, tmp_path, name):
    build, kinds = DAMAGED[name]
    stock = outcomes(reports(ODD["stock"])[0])
    repo = Repo(tmp_path / "work")
    build(repo)
    try:
        found = verdicts(repo.path)
    except RepositoryDamagedError:
        return
    assert {asked for asked in ASKED if found[asked] not in (REFUSED, stock[asked])} == set()
    assert set(kinds) - {asked.split(":")[0] for asked in ASKED if found[asked] is REFUSED} == set()
    if kinds:
        with pytest.raises(RepositoryDamagedError):
            graded(repo.path)


@pytest.mark.parametrize("name", MALFORMED)
def test_objects_that_contradict_each_other_are_refused(tmp_path, caplog, name):
    build, kinds = MALFORMED[name]
    repo = Repo(tmp_path / "work")
    build(repo)
    found = verdicts(repo.path)
    assert set(kinds) - {asked.split(":")[0] for asked in ASKED if found[asked] is REFUSED} == set()
    with pytest.raises(RepositoryDamagedError):
        graded(repo.path)
    assert not caplog.records


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda git: (git / "HEAD").unlink(), "is not a Git repository"),
        (lambda git: git.rename(git.with_name("git")), "is not a Git repository"),
        (lambda git: (git / "packed-refs").write_text("") or _empty(git / "refs"), "has no commits yet"),
        (lambda git: _replace_by_file(git, ""), "is not a Git repository"),
        (lambda git: _replace_by_file(git, "gitdir: /nonexistent\n"), "is not a Git repository"),
        (lambda git: _replace_by_file(git, "gitdir: \0\x1b[31m\n"), "is not a Git repository"),
    ],
)
def test_a_set_up_that_cannot_be_read_is_refused_with_a_sentence(repo, spoil, sentence):
    Stock().build(repo)
    spoil(repo.path / ".git")
    with pytest.raises(UnreadableError, match=sentence) as caught:
        Repository.open(repo.path)
    assert caught.value.message.isprintable()


def _empty(folder):
    for place in [place for place in folder.rglob("*") if place.is_file()]:
        place.unlink()


def _replace_by_file(git, content):
    git.rename(git.with_name("git"))
    git.write_text(content)


@pytest.mark.parametrize("name", ODD)
def test_only_a_statement_about_emptiness_passes_on_nothing(reports, name):
    report, _ = reports(ODD[name])
    passing = [result for result in report.results if result.outcome is Outcome.PASSED]
    assert [result.kind for result in passing if result.found_nothing] == []
