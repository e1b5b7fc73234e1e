"""Typed answers; what git itself prints for each command is right."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labs.grader.checks._shared.answer_values import VALUES
from labs.grader.checks.answer import read_asked
from labs.grader.formats.yaml_values import read_yaml
from labs.grader.report import Outcome
from labs.grader.spec import SpecError, load_spec


def build_history(repo):
    repo.put(".gitignore", "*.log\n!keep.log\n")
    repo.put("data.csv", "1,2.5\n-4\nx9,v1.2\n")
    repo.put("params.yaml", "train: {seed: 42, rate: 1e-3}\n")
    repo.commit("Start the project", a="one\ntwo\n")
    repo.git("tag", "-a", "-m", "First", "v1.0")
    repo.commit("Break it", a="one\nbroken\n")
    repo.git("tag", "light")
    repo.branch("side")
    repo.commit("Work aside", b="b")
    repo.switch("main")
    repo.commit("Go on", a="one\nbroken\nthree\n", c="c")
    repo.merge("--no-ff", "-m", "Merge side", "side")
    repo.git("tag", "question")
    repo.git("branch", "answers")
    repo.switch("answers")


@pytest.fixture
def repo(copy_of):
    return copy_of(build_history)


def answered(repo, text, equals, place="line: 1"):
    repo.put("answers.txt", text)
    repo.commit("Answer")
    return repo.ask(f"answer: {{path: answers.txt, at: answers, {place}, equals: {equals}}}")


BY_GIT = {
    "{id_of: question~1}": "git rev-parse question~1",
    "{id_of: 'main^{root}'}": "git rev-list --max-parents=0 main",
    "{subject_of: 'main^2'}": "git log -1 --format=%s main^2",
    "{author_of: main}": "git log -1 --format=%an main",
    "{date_of: main}": "git log -1 --format=%ad main",
    "{files_of: question}": "git diff --name-only question^ question",
    "{files_of: main~1}": "git show --name-only --format= main~1",
    "{count_of: question}": "git rev-list --count question",
    "{tags_on: main}": "git tag --points-at main",
    "{describe_of: question~1}": "git describe question~1",
    "{describe_of: side}": "git describe --tags side",
    "{describe_of: 'main^{/Start}'}": "git describe v1.0",
    "{branches: }": "git branch --format='%(refname:short)'",
    "{tags: }": "git tag",
    "{count_between: {from: v1.0, at: main}}": "git rev-list --count v1.0..main",
    "{files_between: {from: side, at: main}}": "git diff --name-only side main",
    "{merge_base_of: {from: side, at: main~1}}": "git merge-base side main~1",
    "{object_of: {path: a.txt, at: v1.0}}": "git rev-parse v1.0:a.txt",
    "{value_in: {path: a.txt, at: main, line: 3}}": "git show main:a.txt | tail -1",
    "{value_in: {path: params.yaml, at: main, matches: 'seed: (\\d+)'}}": "echo 42",
    "{value_in: {path: params.yaml, at: main, value: train.rate}}": "echo 0.001",
    "{lines_only_in: {path: a.txt, at: main, from: v1.0}}": "echo three, broken",
    "{sum_in: {path: data.csv, at: v1.0}}": "echo -0.50",
    "{ignore_rule_of: {path: x.log}}": "echo '*.log'",
    "{first_match: {path: a.txt, matches: broken, on: main}}": "git rev-parse light",
}


@pytest.mark.daily(6)
@pytest.mark.parametrize("equals", BY_GIT)
def test_the_output_of_git_is_right_and_another_answer_is_not(repo, equals):
    right = repo.shell(BY_GIT[equals])
    if right.count("\n") > 1:
        right = ", ".join(right.split("\n"))
    result = answered(repo, f"{right}\n", equals)
    assert (result.outcome, result.why) == (
        Outcome.PASSED,
        "The answer in `answers.txt` on `answers` is right.",
    )
    result = answered(repo, "something else\n", equals)
    assert result.outcome is Outcome.NEEDS_WORK
    shown = "\n".join(
        [result.why, result.expected, result.found, *(t for e in result.evidence for _, t in e.excerpt)]
    )
    assert right.strip() not in shown or right.strip().isdigit()


def test_every_value_is_tested_here():
    assert {read_asked(read_yaml(equals)[0])[0].name for equals in BY_GIT} == set(VALUES)


@pytest.mark.daily(3)
@pytest.mark.parametrize("equals", BY_GIT)
def test_the_command_of_a_question_runs_as_pasted(repo, equals):
    asked, problems = read_asked(read_yaml(equals)[0])
    assert not problems
    if "ignore_rule" not in equals:
        repo.shell(asked.command)


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("{id:.7}", True),
        ("{ID:.12}", True),
        ("`{id}`", True),
        ("{id:.6}", False),
        ("", False),
        ("{id}0", False),
    ],
)
def test_an_id_may_be_abbreviated(repo, typed, right):
    commit = repo.head("v1.0")
    text = typed.replace("ID", "id").format(id=commit.upper() if "ID" in typed else commit)
    assert (answered(repo, f"{text}\n", "{id_of: v1.0}").outcome is Outcome.PASSED) == right


@pytest.mark.parametrize(
    ("text", "place", "found"),
    [
        ("# Answers\n- First commit: start the  PROJECT\n", "key: first commit", None),
        ("first = 'Start the project'\n", "key: First", None),
        ("Start the project\n", "at: answers~0", None),
        ("\nStart the project\n", "line: 2", None),
        ("Start the project\n", "line: 2", "no answer in 1 line"),
        ("second: Start the project\n", "key: first", "no answer in 1 line"),
        ("first: \n", "key: first", "no answer in 1 line"),
        ("first: Break it\n", "key: first", "`Break it`"),
    ],
)
def test_an_answer_is_found_at_its_place(repo, text, place, found):
    repo.put("answers.txt", text)
    repo.commit("Answer")
    at = "" if place.startswith("at:") else "at: answers, "
    result = repo.ask(f"answer: {{path: answers.txt, {at}{place}, equals: {{subject_of: v1.0}}}}")
    assert (result.outcome is Outcome.PASSED) == (found is None)
    assert result.found == (found or "")


def test_a_wrong_answer_says_what_is_asked_and_which_command_shows_it(repo):
    result = answered(repo, "a: b\nroot: 1234567\n", "{id_of: 'main~1'}", "key: root")
    assert result.why == "Line 2 of `answers.txt` on `answers` is not the right answer."
    assert (result.found, result.evidence[0].line) == ("`1234567`", 2)
    start, look, edit, keep, _ = result.fix.split("\n\n")
    assert "git switch answers\n" in start
    assert look == "git rev-parse --short 'main~1'"
    assert edit == "Find the answer in the command's output and write it into `answers.txt`, after `root:`."
    assert keep.startswith("git add -- answers.txt\ngit commit ")


def test_right_answers_that_the_author_lists_are_hidden(repo):
    repo.put("answers.txt", "Blue\n")
    repo.commit("Answer")
    check = "answer: {{path: answers.txt, at: answers, one_of: [{}]}}"
    assert repo.ask(check.format("red, blue")).outcome is Outcome.PASSED
    result = repo.ask(check.format("red, green"))
    assert "green" not in str(result) and result.found == "`Blue`"


@pytest.mark.parametrize(
    ("equals", "words"),
    [
        (
            "{first_match: {path: a.txt, matches: nowhere}}",
            "Not run: `a.txt` does not contain the text in question in any commit on `main`.",
        ),
        (
            "{value_in: {path: a.txt, at: v1.0, line: 9}}",
            "Not run: `a.txt` at `v1.0` does not have the value to compare with.",
        ),
        ("{object_of: {path: nothing}}", "Not run: there is no `nothing` on `main`."),
    ],
)
def test_a_question_without_an_answer_here_is_not_run(repo, equals, words):
    result = answered(repo, "x\n", equals)
    assert (result.outcome, result.reason) == (Outcome.NOT_RUN, words)


@pytest.mark.parametrize(
    ("rest", "words"),
    [
        ("line: 1", "needs either `equals` or `one_of`"),
        ("line: 1, key: a, equals: {tags: }", "line: cannot be combined with `key`"),
        ("line: 0, equals: {tags: }", "line numbers start at 1"),
        ("equals: {id_off: main}", "id_off: unknown value. Did you mean `id_of`?"),
        ("equals: {id_of: '-x'}", "id_of.at: expected a commit, such as"),
        ("equals: main", "expected a value such as {id_of: main~2}"),
        ("equals: {value_in: {path: a}}", "needs one of `line`, `matches` and `value`"),
    ],
)
def test_impossible_questions_are_refused(lab, rest, words):
    with pytest.raises(SpecError) as caught:
        load_spec(lab(f"answer: {{path: a.txt, {rest}}}"))
    assert words in str(caught.value)


_STEPS = st.lists(
    st.tuples(st.sampled_from(["commit", "tag", "note", "merge"]), st.integers(0, 2)), max_size=14
)


@given(_STEPS)
@settings(max_examples=10)
def test_describe_is_what_git_describes(new_repo, tmp_path, steps):
    repo = new_repo(f"describe{len(list(tmp_path.iterdir()))}")
    _grow(repo, steps)
    for options in ([], ["--tags"]):
        said = repo.git("describe", *options, "main", check=False)
        repo.put("answer", said or "none")
        repo.git("switch", "-q", "-C", "answers", "main")
        repo.commit("Answer")
        assert (
            repo.ask("answer: {path: answer, at: answers, equals: {describe_of: main}}").outcome
            is Outcome.PASSED
        )
        repo.switch("main")


def test_more_commits_that_git_counts_in_one_second_are_right(new_repo):
    repo = new_repo("second")
    repo.commit("Start")
    repo.branch("side")
    repo.commit("Aside")
    repo.git("tag", "t")
    repo.switch("main")
    repo.merge("--no-ff", "-m", "Merge", "side")
    commit = repo.head()
    repo.branch("answers")
    check = "answer: {path: answers.txt, at: answers, equals: {describe_of: main}}"
    right = {"t-1-g": True, "t-2-g": True, "t-0-g": False, "x-1-g": False}
    for start, is_right in right.items():
        repo.put("answers.txt", start + commit[:7])
        repo.commit("Answer")
        assert (repo.ask(check).outcome is Outcome.PASSED) == is_right


def _grow(repo, steps):
    repo.environment["GIT_COMMITTER_DATE"] = "2025-11-29T20:30:00+05:30"
    repo.commit("Start")
    repo.git("branch", "b1")
    repo.git("branch", "b2")
    for number, (what, where) in enumerate(steps):
        repo.switch(("main", "b1", "b2")[where])
        repo.environment["GIT_COMMITTER_DATE"] = f"2025-11-29T20:30:{number + 10}+05:30"
        if what == "commit":
            repo.commit(f"Commit {number}")
        elif what == "merge":
            repo.git("merge", "-q", "--no-ff", "-m", f"Merge {number}", "b1" if where == 0 else "main")
        else:
            repo.git("tag", *(["-a", "-m", "A tag"] if what == "note" else []), f"t{number}")
    repo.switch("main")


def test_a_file_that_is_too_long_to_be_read_as_data_has_no_right_answer(repo):
    repo.put("large.yaml", "seed: 42\n" + "# more\n" * 40_000)
    result = answered(repo, "42\n", "{value_in: {path: large.yaml, at: answers, value: seed}}")
    assert result.reason == "Not run: `large.yaml` on `answers` is over 256 KB. Such files are not read."
