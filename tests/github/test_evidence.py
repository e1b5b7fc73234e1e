"""GitHub is asked for facts by a worker; a changed answer grades the submission again, without a new attempt."""

import hashlib
from datetime import timedelta

import pytest
from django.utils import timezone

from labs import actions
from labs.github import evidence, looking, owner_file
from labs.grader.fetching.address import Address
from labs.grading import lifecycle, regrades, worker
from labs.models import GitHubAnswer, LabVersion, Queue, Receipt, Repository, State, Submission
from labs.models.github import Connection, Installation
from lessons.regrades import apply as apply_regrade
from lessons.regrades import run_next
from tests.factories import make_lab, make_learner, make_user
from tests.github.signing import make_connection, send
from tests.plain_git import git

LAB = """\
schema: 2
title: Tested and reviewed
pass_mark: 70
checks:
  - {id: two-commits, says: main has a commit, commits: {on: main, at_least: 1}, points: 40}
  - {id: ci, says: The tests succeeded on GitHub, ci_run: {workflow: ci.yml}, points: 30}
  - id: reviewed
    says: A pull request was reviewed and merged
    pull_request: {name: feature, reviewed: true, described: true, linked: true, by: squash}
    points: 30
"""
CI = "name: CI\non: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: pytest\n"
FILES = {".github/workflows/ci.yml": CI, "README.md": "# Billing\n"}
WORKFLOW_RUN = "workflow_run"


class Case:
    """A connected repository of a learner, and the commands to grade and to ask."""

    def __init__(self, github, installation=None) -> None:
        self.github = github
        self.learner = make_learner()
        self.lab = make_lab(self.learner.course, source=LAB)
        self.there = github.create_repository("learner/billing")
        self.commit = github.commit(self.there, FILES)
        self.submission = self.submit()
        self.connection = Connection.objects.create(
            repository=self.submission.receipt.repository,
            github_id=self.there.id,
            full_name="learner/billing",
            owner_proved_by=Connection.Proof.FILE,
            installation=installation,
        )

    def submit(self) -> Submission:
        address = Address(self.github.host, "learner", "billing", "main")
        return actions.submit_address(enrollment=self.learner, lab=self.lab, address=address)

    def grade(self) -> dict[str, tuple[str, str]]:
        while worker.grade_next():
            pass
        self.submission.refresh_from_db()
        report = self.submission.reports.get(is_current=True)
        return {
            item["id"]: (item["outcome"], item["reason"] or item["why"]) for item in report.data["results"]
        }

    def ask(self) -> int:
        return sum(1 for _ in iter(evidence.ask_next, False))

    def outcome(self, check: str) -> str:
        return self.grade()[check][0]


@pytest.fixture
def case(db, portal_on_github) -> Case:
    return Case(portal_on_github)


@pytest.mark.heavy
def test_a_run_is_waited_for_and_then_grades_the_same_submission_again(case):
    first = case.grade()
    assert first["ci"][0] == "not_run"
    assert "There is no answer from GitHub" in first["ci"][1]
    run = case.github.start_run(case.there, case.commit)
    assert case.ask() == 2  # the runs of the commit, and the pull requests
    case.submission.refresh_from_db()
    assert (case.submission.state, case.submission.reports.count()) == (State.QUEUED, 1)
    assert "is in progress" in case.grade()["ci"][1]

    case.github.finish_run(case.there, run, "failure")
    assert case.ask() == 0  # nobody said that anything is new
    assert evidence.note_event(case.connection, event=WORKFLOW_RUN, commit=case.commit)
    assert (case.ask(), case.outcome("ci")) == (1, "needs_work")
    case.github.rerun(case.there, run)
    evidence.note_event(case.connection, event=WORKFLOW_RUN, commit=case.commit)
    case.ask()
    case.submission.refresh_from_db()
    assert case.submission.state == State.GRADED  # the result stays while the run is repeated
    case.github.finish_run(case.there, run)
    evidence.note_event(case.connection, event=WORKFLOW_RUN, commit=case.commit)
    assert (case.ask(), case.outcome("ci")) == (1, "passed")
    evidence.note_event(case.connection, event=WORKFLOW_RUN, commit=case.commit)
    case.ask()
    case.submission.refresh_from_db()
    assert case.submission.state == State.GRADED  # an equal answer grades nothing again
    assert list(case.learner.submissions.values_list("number", flat=True)) == [1]
    used = case.submission.reports.get(is_current=True).data["github"]
    assert [(item["about"][:13], item["number"], bool(item["asked_at"])) for item in used] == [
        ("workflow runs", 1, True),
        ("pull requests", 0, True),
    ]


@pytest.mark.heavy
def test_a_pull_request_is_followed_to_its_merge(case):
    github, reviewer = case.github, case.github.person("reviewer")
    github.open_issue(case.there, "Parse orders")
    stand_in_branch(case, "feature")
    pull = github.open_pull(case.there, "feature", body="Closes #1")
    case.grade()
    case.ask()
    assert "No review counts" in case.grade()["reviewed"][1]
    github.review(case.there, pull, reviewer)
    assert evidence.note_event(case.connection, event="pull_request_review")
    case.ask()
    assert "It is not merged yet" in case.grade()["reviewed"][1]
    github.merge(case.there, pull, reviewer, method="squash")
    evidence.note_event(case.connection, event="pull_request")
    case.ask()
    outcome, why = case.grade()["reviewed"]
    assert (outcome, "Cannot confirm the merge" in why) == ("not_run", True)
    case.submission = case.submit()  # the push of the merge
    case.grade()
    case.ask()
    outcome, why = case.grade()["reviewed"]
    assert outcome == "passed", why
    assert "closes #1, reviews: `reviewer` approved, merged by `reviewer`" in why


@pytest.mark.heavy
def test_a_review_whose_message_was_lost_is_found_until_all_checks_passed(case, client):
    stand_in_branch(case, "feature")
    case.github.open_issue(case.there, "Parse orders")
    pull = case.github.open_pull(case.there, "feature", body="Closes #1")
    case.grade()
    case.ask()
    assert "No review counts" in case.grade()["reviewed"][1]
    row = GitHubAnswer.objects.get(commit="")
    assert timedelta(minutes=14) < row.ask_at - timezone.now() < timedelta(minutes=16)
    case.github.review(case.there, pull, case.github.person("reviewer"))
    GitHubAnswer.objects.filter(commit="").update(ask_at=timezone.now())
    assert (case.ask(), "It is not merged yet" in case.grade()["reviewed"][1]) == (1, True)

    case.github.merge(case.there, pull, case.github.person("reviewer"), method="squash")
    client.force_login(case.learner.user)
    client.post(f"{case.lab.get_absolute_url()}connection/check/")  # Ask GitHub again
    assert case.ask() == 2
    assert "Cannot confirm the merge" in case.grade()["reviewed"][1]

    report = case.submission.reports.get(is_current=True)
    report.data["results"] = [{**result, "outcome": "passed"} for result in report.data["results"]]
    report.save()
    GitHubAnswer.objects.filter(commit="").update(ask_at=timezone.now())
    case.ask()
    assert GitHubAnswer.objects.get(commit="").ask_at is None


def stand_in_branch(case: Case, name: str) -> None:
    git(case.there.folder, "branch", name, "main")
    for number in (1, 2):
        case.github.commit(case.there, {"orders.py": f"{number}\n"}, branch=name)


def test_a_run_of_a_fork_and_a_message_about_it_grant_nothing(case):
    case.grade()
    fork = case.github.create_repository("other/billing", fork_of=case.there)
    run = case.github.start_run(case.there, case.commit, head_repository=fork, event="pull_request")
    case.github.finish_run(case.there, run)
    case.ask()
    outcome, why = case.grade()["ci"]
    assert (outcome, "1 run of a fork does not count" in why) == ("not_run", True)


def test_a_signed_message_asks_and_its_content_proves_nothing(case):
    case.grade()
    run = case.github.start_run(case.there, case.commit)
    case.ask()
    case.grade()
    claimed = {**case.github.run_payload(case.there, run, "completed"), "repository": {"id": case.there.id}}
    claimed["workflow_run"].update(status="completed", conclusion="success")
    assert send(case.connection, claimed, event=WORKFLOW_RUN).status_code == 202
    assert case.ask() == 1
    outcome, why = case.grade()["ci"]
    assert (outcome, "is in progress" in why) == ("not_run", True)
    case.github.finish_run(case.there, run)
    suite = {"repository": {"id": case.there.id}, "check_suite": {"head_sha": case.commit}}
    assert send(case.connection, suite, event="check_suite").status_code == 202
    assert (case.ask(), case.outcome("ci")) == (1, "passed")


@pytest.mark.heavy
def test_a_limit_is_kept_and_an_outage_asked_again_while_grading_goes_on(case):
    case.grade()
    case.github.switches.limit_primary(1800)
    assert case.ask() == 1  # the limit holds for the other answer too
    waits = GitHubAnswer.objects.values_list("ask_at", flat=True)
    assert all(timedelta(minutes=25) < wait - timezone.now() < timedelta(minutes=31) for wait in waits)
    assert case.outcome("two-commits") == "passed"

    case.github.switches.reset()
    case.github.switches.is_down = True
    GitHubAnswer.objects.update(ask_at=timezone.now())
    assert case.ask() == 2
    case.github.switches.reset()
    assert "GitHub answered with status 502" in case.grade()["ci"][1]
    run = case.github.start_run(case.there, case.commit)
    case.github.finish_run(case.there, run)
    GitHubAnswer.objects.update(ask_at=timezone.now())
    case.ask()
    assert case.outcome("ci") == "passed"
    case.github.switches.is_down = True
    evidence.note_event(case.connection, event=WORKFLOW_RUN, commit=case.commit)
    case.ask()
    case.submission.refresh_from_db()
    assert case.submission.state == State.GRADED  # with the last good answer


@pytest.mark.heavy
def test_an_answer_that_arrives_during_grading_is_not_lost(case, monkeypatch):
    run = case.github.start_run(case.there, case.commit)
    case.github.finish_run(case.there, run)
    whole = worker.grade

    def grade_while_github_answers(*given, **options):
        monkeypatch.setattr(worker, "grade", whole)
        report = whole(*given, **options)
        case.ask()
        return report

    monkeypatch.setattr(worker, "grade", grade_while_github_answers)
    assert worker.grade_next()
    case.submission.refresh_from_db()
    assert case.submission.state == State.QUEUED
    assert case.outcome("ci") == "passed"


def test_a_message_during_an_answer_asks_again(case, monkeypatch):
    case.grade()
    whole = evidence.ask_runs

    def ask_runs(*given):
        monkeypatch.setattr(evidence, "ask_runs", whole)
        found = whole(*given)
        evidence.note_event(case.connection, event=WORKFLOW_RUN, commit=case.commit)
        return found

    monkeypatch.setattr(evidence, "ask_runs", ask_runs)
    assert case.ask() == 3


def pauses_between_questions(row: GitHubAnswer) -> list[int]:
    """Let each question go unanswered, and return the minutes until the next one."""
    pauses = []
    while row.ask_at:
        GitHubAnswer.objects.filter(pk=row.pk).update(ask_at=timezone.now())
        assert evidence.ask_next()
        row.refresh_from_db()
        if row.ask_at:
            pauses.append(round((row.ask_at - timezone.now()) / timedelta(minutes=1)))
    return pauses


def test_check_says_when_github_is_no_longer_asked_and_a_button_asks_again(case, client, monkeypatch):
    case.grade()
    GitHubAnswer.objects.filter(commit="").delete()
    row = GitHubAnswer.objects.get()
    row.ask_at = timezone.now()
    assert pauses_between_questions(row) == [2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360]
    outcome, why = case.grade()["ci"]
    assert (outcome, "Waiting" in why) == ("not_run", False)
    assert "Not known: GitHub’s run. GitHub lists no run of `ci.yml`" in why
    assert "no longer asks by itself. To ask again, open the lab page" in why

    client.force_login(case.learner.user)
    page = f"{case.lab.get_absolute_url()}connection/"
    assert "A workflow run or a review is missing?" in client.get(page).content.decode()
    asked = client.post(f"{page}check/", follow=True).content.decode()
    assert "GitHub is asked again." in asked
    assert (case.ask() > 0, "Waiting for GitHub’s run." in case.grade()["ci"][1]) == (True, True)
    case.github.finish_run(case.there, case.github.start_run(case.there, case.commit))
    client.post(f"{page}check/")
    case.ask()
    assert case.outcome("ci") == "passed"


def test_run_that_is_never_completed_is_given_up_also_if_github_is_down_at_last(case):
    case.grade()
    case.github.start_run(case.there, case.commit)
    case.ask()
    assert "is in progress" in case.grade()["ci"][1]
    case.github.switches.is_down = True
    pauses_between_questions(GitHubAnswer.objects.exclude(commit="").get())
    case.github.switches.reset()
    outcome, why = case.grade()["ci"]
    assert (outcome, "is in progress" in why, "no longer asks by itself" in why) == ("not_run", True, True)


@pytest.mark.parametrize("is_own_share", [False, True])
def test_limit_holds_back_what_has_it_in_common_and_counts_no_try(db, monkeypatch, is_own_share):
    """Without a sign-in all connections share GitHub's limit, and each has a share of its own of it."""
    now = timezone.now()
    installed = Installation.objects.create(installation_id=1, account="octo")
    lab = make_lab()
    limited, other, of_app = (
        make_connection(make_learner(lab.course), lab=lab, github_id=number, installation=installation)
        for number, installation in enumerate([None, None, installed], 1)
    )
    soon, late, retry_at = now + timedelta(minutes=1), now + timedelta(hours=9), now + timedelta(hours=1)
    rows = {
        "asked": (limited, "a" * 40, now - timedelta(minutes=1)),
        "own": (limited, "", soon),
        "other": (other, "a" * 40, soon),
        "later": (other, "", late),
        "app": (of_app, "a" * 40, soon),
        "settled": (of_app, "", None),
    }
    for name, (connection, commit, ask_at) in rows.items():
        made = GitHubAnswer(repository=connection.repository, commit=commit, ask_at=ask_at, tries=3)
        made.save()
        rows[name] = made
    error = evidence.client.ShareSpentError if is_own_share else evidence.client.RateLimitedError

    def refuse(*_):
        raise error(retry_at)

    monkeypatch.setattr(evidence, "_ask", refuse)
    assert evidence.ask_next() and not evidence.ask_next()
    found = {name: GitHubAnswer.objects.get(pk=row.pk) for name, row in rows.items()}
    assert {name: row.ask_at for name, row in found.items()} == {
        "asked": retry_at,
        "own": retry_at,
        "other": soon if is_own_share else retry_at,
        "later": late,
        "app": soon,
        "settled": None,
    }
    assert {row.tries for row in found.values()} == {3}


def test_messages_about_anything_else_ask_nothing(case):
    assert not evidence.note_event(case.connection, event="push", commit=case.commit)
    case.grade()
    case.ask()
    assert not evidence.note_event(case.connection, event=WORKFLOW_RUN, commit="0" * 40)
    assert not evidence.note_event(case.connection, event=WORKFLOW_RUN)
    assert not evidence.note_event(case.connection, event="ping")
    assert case.ask() == 0


def test_a_repository_that_is_not_connected_gets_advice_and_asks_nothing(case):
    case.connection.disconnected_at = timezone.now()
    case.connection.save()
    outcomes = case.grade()
    assert {outcomes[name][0] for name in ("ci", "reviewed")} == {"not_run"}
    assert "“Connect a repository”" in outcomes["ci"][1]
    assert not GitHubAnswer.objects.exists()


def test_connecting_a_repository_grades_its_submission_again(case):
    case.connection.owner_proved_by = ""
    case.connection.save()
    assert "is not connected" in case.grade()["ci"][1]
    challenge = {owner_file.NAME: f"{case.connection.challenge()}\n"}
    case.github.commit(case.there, challenge)
    looking.look(case.connection)
    assert case.connection.is_active
    assert "There is no answer from GitHub" in case.grade()["ci"][1]


def test_a_state_that_reached_the_practice_remote_first_is_asked_about(case):
    practice = Repository.objects.create(enrollment=case.learner, lab=case.lab)
    later = Receipt.objects.get()
    Receipt.objects.update(repository=practice)
    later.pk = None
    later.save()  # of the repository on GitHub
    assert Submission.objects.get().receipt.repository == practice
    case.grade()
    run = case.github.start_run(case.there, case.commit)
    case.github.finish_run(case.there, run)
    case.ask()
    assert case.outcome("ci") == "passed"


def test_a_name_that_now_belongs_to_another_repository_proves_nothing(case):
    case.connection.github_id = case.there.id + 1
    case.connection.save()
    run = case.github.start_run(case.there, case.commit)
    case.github.finish_run(case.there, run)
    case.grade()
    case.ask()
    outcome, why = case.grade()["ci"]
    assert (outcome, "belongs to a different repository" in why) == ("not_run", True)


def test_a_private_repository_is_asked_through_the_app(app, db, portal_on_github):
    there = portal_on_github.create_repository("learner/secret")
    installation = portal_on_github.install(app, "learner", there)
    row = Installation.objects.create(installation_id=installation.id, account="learner")
    case = Case(portal_on_github, row)
    case.grade()
    case.ask()
    viewers = {exchange.viewer for exchange in portal_on_github.exchanges if "/actions/runs" in exchange.path}
    assert len(viewers) == 1
    assert "installation" in viewers.pop()


def test_grading_again_is_live_work_and_uses_no_try(case):
    case.grade()
    case.github.start_run(case.there, case.commit)
    case.ask()
    case.submission.refresh_from_db()
    assert (case.submission.queue, case.submission.tries) == (Queue.LIVE, 0)


def test_answers_are_kept_for_a_year(case):
    case.grade()
    GitHubAnswer.objects.filter(commit="").update(created_at=timezone.now() - timedelta(days=366))
    evidence.remove_old()
    assert [row.commit for row in GitHubAnswer.objects.all()] == [case.commit]


def test_rehearsal_of_a_regrade_waits_for_github_instead_of_taking_points(case):
    assert case.outcome("two-commits") == "passed"
    add_version(case.lab, LAB.replace("Tested", "Built"))
    regrade = regrades.begin(lab=case.lab, by=make_user(), wake=lambda: None)
    while run_next(regrades.WORK):
        pass
    move = regrade.moves.get()
    assert (move.way, move.new_points) == ("problem", None)
    assert move.problem.startswith("GitHub has not answered yet")


@pytest.mark.parametrize(
    "before",
    [
        "nothing of GitHub",
        *(pytest.param(one, marks=pytest.mark.heavy) for one in ("pull requests", "another branch")),
    ],
)
def test_answer_that_only_a_rehearsal_asked_for_changes_no_result(case, before):
    older = {
        "nothing of GitHub": LAB.partition("  - {id: ci")[0],
        "pull requests": "".join(line for line in LAB.splitlines(True) if "id: ci" not in line),
        "another branch": LAB.replace("name: feature", "name: other"),
    }
    add_version(case.lab, older[before])
    case.grade()
    while case.ask() or case.submission.state == State.QUEUED:
        case.grade()
    add_version(case.lab, LAB)
    graded = case.submission.reports.get(is_current=True)
    regrades.begin(lab=case.lab, by=make_user(), wake=lambda: None)
    while run_next(regrades.WORK):
        pass
    case.github.start_run(case.there, case.commit)
    stand_in_branch(case, "feature")
    case.github.open_pull(case.there, "feature", body="Closes #1")
    assert case.ask() > 0
    case.submission.refresh_from_db()
    assert case.submission.state == State.GRADED
    assert case.submission.reports.get(is_current=True) == graded
    lifecycle.requeue(case.submission)
    case.grade()
    case.github.start_run(case.there, case.commit)
    evidence.note_event(case.connection, event=WORKFLOW_RUN, commit=case.commit)
    case.ask()
    case.submission.refresh_from_db()
    assert case.submission.state == State.QUEUED


@pytest.mark.heavy
def test_news_after_a_regrade_was_applied_grades_again(case):
    add_version(case.lab, LAB.partition("  - {id: ci")[0])
    case.grade()
    add_version(case.lab, LAB)
    for _ in range(2):  # GitHub answers in between
        regrade = regrades.begin(lab=case.lab, by=make_user(), wake=lambda: None)
        while run_next(regrades.WORK):
            pass
        case.ask()
    regrade.refresh_from_db()
    apply_regrade(regrades.WORK, regrade, by=make_user(), policy="exact", reason="New.", wake=lambda: None)
    while run_next(regrades.WORK):
        pass
    case.submission.refresh_from_db()
    report = case.submission.reports.get(is_current=True)
    assert (report.regrade, case.submission.state) == (regrade, State.GRADED)
    case.github.start_run(case.there, case.commit)
    evidence.note_event(case.connection, event=WORKFLOW_RUN, commit=case.commit)
    case.ask()
    case.submission.refresh_from_db()
    assert case.submission.state == State.QUEUED


def add_version(lab, source: str) -> None:
    points = lab.current.max_points
    digest = hashlib.sha256(source.encode()).hexdigest()
    version = {"source": source, "max_points": points, "pass_mark": 70, "proved": True}
    lab.current, _ = LabVersion.objects.get_or_create(lab=lab, digest=digest, defaults=version)
    lab.source = source
    lab.save()
