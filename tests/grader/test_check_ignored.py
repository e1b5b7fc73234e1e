import pytest

from labs.grader.report import Outcome


def with_ignore(repo, rules, **more):
    repo.put(".gitignore", rules)
    for path, content in more.items():
        repo.put(path, content)
    return repo.commit()


def test_an_ignored_path_passes_with_the_deciding_line(repo):
    commit = with_ignore(repo, "# secrets\n*.log\n.env\n")
    result = repo.ask("ignored: {path: .env}")
    assert (result.outcome, result.why) == (Outcome.PASSED, "Git ignores `.env` on `main`.")
    (evidence,) = result.evidence
    assert (evidence.path, evidence.line, evidence.commit) == (".gitignore", 3, commit)
    assert evidence.excerpt == ((2, "*.log"), (3, ".env"))


@pytest.mark.daily(3)
@pytest.mark.parametrize(
    "rules", ["", "env\n", ".env/\n", "# .env\n", ".env\n!.env\n", "build/.env\n", "\\#.env"]
)
def test_rules_that_do_not_ignore_need_work(repo, rules):
    with_ignore(repo, rules)
    result = repo.ask("ignored: {path: .env}")
    assert result.outcome is Outcome.NEEDS_WORK
    assert result.why.startswith("Git does not ignore `.env` on `main`.")


def test_a_negated_pattern_is_shown(repo):
    with_ignore(repo, "*.env\n!prod.env\n")
    result = repo.ask("ignored: {path: prod.env}")
    assert result.why == "Git does not ignore `prod.env` on `main`. Line 2 of `.gitignore` re-includes it."
    assert result.evidence[0].line == 2


@pytest.mark.parametrize(
    ("rules", "path", "ignored"),
    [
        ("/*.log\n", "a/b.log", False),
        ("**/b.log\n", "a/x/b.log", True),
        ("build/\n", "build/", True),
        ("build/\n", "build", False),
        ("build/\n!build/keep\n", "build/keep", True),
        ("a?c\n", "abc", True),
        ("[ab]*.txt\n", "bx.txt", True),
    ],
)
def test_patterns_mean_what_they_mean_to_git(repo, rules, path, ignored):
    with_ignore(repo, rules)
    assert repo.ask(f"ignored: {{path: '{path}', ignored: {str(ignored).lower()}}}").outcome is Outcome.PASSED


def test_a_deeper_gitignore_overrides_the_one_above(repo):
    repo.put("data/.gitignore", "!keep.csv\n")
    with_ignore(repo, "*.csv\n")
    result = repo.ask("ignored: {path: data/keep.csv, ignored: false}")
    assert result.outcome is Outcome.PASSED
    assert result.evidence[0].path == "data/.gitignore"


def test_a_tracked_file_is_not_helped_by_being_ignored(repo):
    repo.put(".env", "KEY=1\n")
    repo.commit()
    with_ignore(repo, ".env\n")
    result = repo.ask("ignored: {path: .env}")
    assert result.why == "Git tracks `.env` on `main`, so the pattern that ignores it has no effect."
    assert [item.path for item in result.evidence] == [".env", ".gitignore"]
    assert "git rm -r --cached -- .env" in result.fix


def test_an_ignored_folder_with_tracked_files_counts_them(repo):
    repo.put("build/a")
    repo.put("build/b")
    repo.commit()
    with_ignore(repo, "build/\n")
    assert repo.ask("ignored: {path: build/}").found == "2 tracked files on `main`"


def test_a_path_that_must_not_be_ignored_names_the_line(repo):
    with_ignore(repo, "*.md\n")
    result = repo.ask("ignored: {path: README.md, ignored: false}")
    assert result.why == "Line 1 of `.gitignore` ignores `README.md`."
    assert result.found == "`*.md`"


def test_rules_outside_the_commit_do_not_count(repo):
    repo.commit()
    repo.put(".gitignore", ".env\n")
    repo.put(".git/info/exclude", ".env\n")
    assert repo.ask("ignored: {path: .env}").outcome is Outcome.NEEDS_WORK


def test_rules_behind_a_symbolic_link_do_not_count(repo):
    repo.put("rules", ".env\n")
    (repo.path / ".gitignore").symlink_to("rules")
    repo.commit()
    assert repo.ask("ignored: {path: .env}").outcome is Outcome.NEEDS_WORK


def test_rules_over_1_mb_are_not_read(repo):
    with_ignore(repo, b"#" * (1024 * 1024 + 1))
    assert (
        repo.ask("ignored: {path: .env}").reason
        == "Not run: `.gitignore` is over 1 MB. Such files are not read."
    )


@pytest.mark.heavy
def test_a_path_below_an_ignored_folder_is_unignored_by_the_rules_of_git(learner):
    """Patterns by file, and a path that they ignore: the commands unignore it, and the rest is still ignored."""
    table = [
        ({".gitignore": "data/\n"}, "data/keep.csv", "data/other.csv"),
        ({".gitignore": "data\n"}, "data/raw/keep.csv", "data/raw/other.csv"),
        ({".gitignore": "data/*\n"}, "data/keep.csv", "data/other.csv"),
        ({".gitignore": "data/**\n"}, "data/a/keep.csv", "data/a/other.csv"),
        ({".gitignore": "*\n"}, "a/b/keep.csv", "a/b/other.csv"),
        ({".gitignore": "/data/\n*.csv\n"}, "data/keep.csv", "data/other.csv"),
        ({".gitignore": "data/\n!data/keep.csv"}, "data/keep.csv", "data/other.csv"),
        ({"data/.gitignore": "*\n"}, "data/keep.csv", "data/other.csv"),
        ({"data/.gitignore": "raw/\n"}, "data/raw/keep.csv", "data/raw/other.csv"),
        ({".gitignore": "data/\n", "data/.gitignore": "*.csv\n"}, "data/keep.csv", "data/other.csv"),
        ({".gitignore": "data/\n"}, "data/a [1]*.csv", "data/a 1.csv"),
        ({".gitignore": "data/\n"}, "data/raw/", "data/other/"),
    ]
    wrong = []
    for files, path, other in table:
        learner.git("rm", "-q", "-r", "--cached", "--ignore-unmatch", ".gitignore", "data")
        learner.shell("rm -rf data .gitignore")
        for name, text in files.items():
            learner.put(name, text)
            learner.git("add", "--force", name)
        learner.git("commit", "-q", "--allow-empty", "-m", "Begin again")
        outcomes = learner.fix_and_ask_again(f"ignored: {{path: '{path}', ignored: false}}")
        still = learner.ask(f"ignored: {{path: '{other}'}}").outcome
        if (*outcomes, still) != (Outcome.NEEDS_WORK, Outcome.PASSED, Outcome.PASSED):
            wrong.append((files, path, outcomes, still))
    assert not wrong


def test_a_negated_pattern_is_overridden_in_its_own_file(learner):
    for rules in ({".gitignore": "*.log\n!x.log\n"}, {"data/.gitignore": "!x.log\n"}):
        path = "data/x.log" if "data/.gitignore" in rules else "x.log"
        for name, text in rules.items():
            learner.put(name, text)
        learner.commit("Take it out")
        outcomes = learner.fix_and_ask_again(f"ignored: {{path: {path}}}")
        assert outcomes == (Outcome.NEEDS_WORK, Outcome.PASSED), rules
