"""Regrade the submissions of a lab by newer checks: rehearse, and store the results once staff apply them.

Nothing here changes the queue: live work goes on, and what is pushed meanwhile is graded by the newer checks anyway.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from labs.grader.author_notes import author_notes
from labs.grader.engine import grade
from labs.grader.fetching.refusals import FetchRefusedError
from labs.grader.git.repository import Repository as GitRepository
from labs.grader.git.repository import UnreadableError
from labs.grader.report import Outcome
from labs.grader.report import Report as EngineReport
from labs.grading import counting, github_facts, kept_states, lifecycle, proofs, worker
from labs.grading.sandbox import sandbox, waits_for_environment
from labs.models import Lab, LabRegrade, LabVersion, RegradedSubmission, Report, State, Submission
from labs.specs import parse_spec
from labs.team_queries import people_of
from lessons import regrades
from lessons.models.regrade import Move, Regrade
from lessons.points import show_points
from lessons.regrade_results import (
    Result,
    fields_before,
    fields_of_move,
    first_reasons,
    notify_learner,
    record_move,
)
from portal.accounts.models import User

MAX_OF_LEARNER = 50  # newest submissions that a regrade tries, so that a flood by one learner is bounded
# submissions that count only once newer ones were lowered: each is tried after the one before
MAX_FURTHER_OF_LEARNER = 10
Fate, Way = Move.Fate, Move.Way


class _NotNowError(Exception):
    """The submission cannot be graded yet; the message says why."""


def submissions_to_regrade(lab: Lab, version: LabVersion | None) -> QuerySet[Submission]:
    """Return the graded submissions that other checks graded: the MAX_OF_LEARNER newest of each learner, and the best.

    Any of them may be the best by the new checks. An older one is returned once it has become the best.
    """
    graded = Submission.objects.filter(lab=lab, reports__is_current=True)
    own = graded.filter(enrollment=OuterRef("enrollment")).order_by("-number")
    newest = Subquery(own.values("number")[:1])
    counts = Q(is_best=True) | Q(number__gt=newest - MAX_OF_LEARNER)
    other = Report.objects.filter(submission=OuterRef("pk"), is_current=True).exclude(lab_version=version)
    return graded.filter(counts, Exists(other)).order_by("pk")


def begin(*, lab: Lab, by: User, wake: regrades.Wake) -> LabRegrade:
    """Rehearse the current checks on the submissions that older ones graded. Raises CannotRegradeError."""
    if lab.current is None or not lab.current.proved:
        raise regrades.CannotRegradeError(
            "The scenarios have not proved these checks yet. Wait until they have."
        )
    total = submissions_to_regrade(lab, lab.current).count()
    regrade: LabRegrade = regrades.begin(WORK, by=by, wake=wake, lab=lab, version=lab.current, total=total)
    return regrade


class LabWork(regrades.Regrading):
    """Submissions are the results of a lab."""

    regrades = LabRegrade
    moves = RegradedSubmission
    subject = "lab"

    def keys_to_rehearse(self, regrade: LabRegrade) -> Iterable[int]:
        moves = RegradedSubmission.objects.filter(regrade=regrade).order_by()
        tried = moves.values("submission__enrollment").annotate(tried=Count("pk"))
        limit = 1 + MAX_OF_LEARNER + MAX_FURTHER_OF_LEARNER
        finished = tried.filter(tried__gte=limit).values("submission__enrollment")
        to = submissions_to_regrade(regrade.lab, regrade.version).exclude(pk__in=moves.values("submission"))
        to = to.exclude(enrollment__in=finished)
        return to.values_list("pk", flat=True)[: regrades.BATCH]

    def rehearse(self, regrade: LabRegrade, key: int) -> None:
        # Outside a transaction: the checks may take minutes.
        related = ("lab__course", "receipt__repository", "enrollment__user")
        submission = Submission.objects.select_related(*related).get(pk=key)
        current = _current(submission)
        if current is None:
            return
        try:
            report, notes = _grade(submission, regrade)
        except FetchRefusedError as error:
            self.note_problem(regrade, key, _problem_at_host(error))
        except _NotNowError as error:
            self.note_problem(regrade, key, str(error))
        except UnreadableError as error:
            self.note_problem(regrade, key, f"The repository cannot be read. {error.message}")
        else:
            _note_result(regrade, submission, current, report, notes)

    def note_problem(self, regrade: LabRegrade, key: int, problem: str) -> None:
        submission = Submission.objects.filter(pk=key).first()
        current = _current(submission) if submission else None
        if current is None:
            return
        fields = {**fields_before(result_of(current)), "way": Way.PROBLEM, "problem": problem[:300]}
        RegradedSubmission.objects.get_or_create(regrade=regrade, submission=submission, defaults=fields)

    def _lock(self, move: int) -> tuple[Submission, RegradedSubmission] | None:
        row = RegradedSubmission.objects.select_related("submission").filter(pk=move).first()
        if row is None:
            return None
        counting.lock_learner(row.submission.enrollment_id)  # before any submission, as everyone locks
        related = ("lab__course", "enrollment__user")
        rows = Submission.objects.select_for_update(of=("self",)).select_related(*related)
        submission = rows.filter(pk=row.submission_id).first()
        if submission is None:
            return None
        return submission, RegradedSubmission.objects.select_for_update(of=("self",)).get(pk=move)

    def _apply(self, regrade: LabRegrade, result: Submission, move: RegradedSubmission) -> None:
        current = _current(result)
        shadow = move.shadow
        is_waiting = result.state != State.GRADED
        # graded by these checks meanwhile, or about to be
        if current is None or shadow is None or current.lab_version_id == regrade.version_id or is_waiting:
            RegradedSubmission.objects.filter(pk=move.pk).update(fate=Fate.KEPT)
            return
        old, report = result_of(current), EngineReport.from_json(shadow["report"])
        new = Result(report.points, report.max_points, report.passed)
        fields = fields_of_move(old, new)
        if regrade.policy == Regrade.Policy.NEVER_LOWER and fields["way"] == Way.DOWN:
            RegradedSubmission.objects.filter(pk=move.pk).update(**fields, fate=Fate.KEPT)
            return
        counted = _counted_before(regrade, result)
        stored = lifecycle.replace_report(result, report, regrade, shadow["notes"])
        github_facts.link_answers(result, report)
        _record(result, regrade, old, new, by=regrade.applied_by)
        before = {"report": current.pk, "applied": stored.pk, **counted}
        RegradedSubmission.objects.filter(pk=move.pk).update(**fields, fate=Fate.APPLIED, before=before)

    def _undo(self, regrade: LabRegrade, result: Submission, move: RegradedSubmission) -> None:
        if move.before is None:
            return
        report, applied = move.before["report"], move.before["applied"]
        counted = _counted_before(regrade, result)
        if lifecycle.restore_report(result, report=report, applied=applied):
            before = {"report": report, "applied": applied, **counted}
            points = [result_of(Report.objects.get(pk=key)) for key in (applied, report)]
            _record(result, regrade, *points, by=regrade.undone_by)
            RegradedSubmission.objects.filter(pk=move.pk).update(before=before)

    def learners_to_notify(self, regrade: LabRegrade) -> Iterable[int]:
        return _unnoticed(regrade).values_list("submission__enrollment", flat=True)

    @transaction.atomic
    def notify(self, regrade: LabRegrade, enrollment: int) -> None:
        """Compare the result that counts with the one before the regrade: one notice, whatever moved between them."""
        counting.lock_learner(enrollment)
        move = _unnoticed(regrade).filter(submission__enrollment=enrollment).first()
        if move is None or move.before is None:
            return
        before = Report.objects.get(pk=move.before.pop("counted"))
        move.save(update_fields=["before"])
        now = _counted_report(regrade.lab_id, enrollment)
        if now is not None:
            link = now.submission.get_absolute_url()
            for learner in people_of(now.submission):
                results = (result_of(before), result_of(now))
                notify_learner(learner, regrade, *results, name=str(regrade.lab), link=link)

    def is_outdated(self, regrade: LabRegrade) -> bool:
        return not Lab.objects.filter(pk=regrade.lab_id, current=regrade.version_id).exists()


WORK = LabWork()


def result_of(report: Report) -> Result:
    return Result(report.points, report.max_points, report.passed)


def _record(
    submission: Submission, regrade: LabRegrade, old: Result, new: Result, *, by: User | None
) -> None:
    title, item = f"{submission.lab}, submission {submission.number}", f"lab:{submission.lab_id}"
    for learner in people_of(submission):
        record_move(learner, regrade, old, new, item=item, title=title, by=by)


def _current(submission: Submission) -> Report | None:
    return submission.reports.filter(is_current=True).first()


def _counted_report(lab: int, enrollment: int) -> Report | None:
    best = {"submission__lab": lab, "submission__enrollment": enrollment, "submission__is_best": True}
    found = Report.objects.filter(**best, is_current=True)
    return found.select_related("submission__lab__course", "submission__enrollment__user").first()


def _counted_before(regrade: LabRegrade, submission: Submission) -> dict[str, int]:
    # with the first result of a learner that changes: the report that counts until then
    if _unnoticed(regrade).filter(submission__enrollment=submission.enrollment_id).exists():
        return {}
    report = _counted_report(submission.lab_id, submission.enrollment_id)
    return {"counted": report.pk} if report else {}


def _unnoticed(regrade: LabRegrade) -> QuerySet[RegradedSubmission]:
    # one of each learner whose notice waits for the learner's other results
    return RegradedSubmission.objects.filter(regrade=regrade, before__has_key="counted").order_by("pk")


def _grade(submission: Submission, regrade: LabRegrade) -> tuple[EngineReport, Sequence[str]]:
    version = regrade.version
    spec = worker.with_starters(parse_spec(version.source), submission)
    if waits_for_environment(spec):
        proofs.ask_for_environment(version)
        raise _NotNowError("The environment of the lab is being built. Rehearse again later.")
    learner = worker.learner_of(submission.enrollment.user)

    def grade_state(repository: GitRepository, notes: Sequence[str]) -> tuple[EngineReport, Sequence[str]]:
        facts = github_facts.facts_for(submission, spec, repository, is_rehearsal=True)
        if facts is not None and facts.is_waiting:
            raise _NotNowError("GitHub has not answered yet what these checks ask. Rehearse again later.")
        report = grade(spec, repository, sandbox=sandbox(), learner=learner, github=facts)
        return report, [*notes, *author_notes(spec, repository, learner)]

    return kept_states.read_state(submission, grade_state, rehearsal=regrade.pk)


def _problem_at_host(error: FetchRefusedError) -> str:
    if error.is_transient:  # its message is for a learner who submits
        return "Its host did not send this state, so the stored result stays. Rehearse again later."
    return f"Its host no longer has this state, so the stored result stays. {error.message}"


def _note_result(
    regrade: LabRegrade, submission: Submission, current: Report, report: EngineReport, notes: Sequence[str]
) -> None:
    faults = [result for result in report.results if result.outcome is Outcome.FAULT]
    if faults:
        WORK.note_problem(
            regrade, submission.pk, f"A fault on our side in check {faults[0].id}. It keeps its result."
        )
        return
    new = Result(report.points, report.max_points, report.passed)
    fields = fields_of_move(result_of(current), new)
    fields |= {
        "why": _reasons(current.data, report),
        "shadow": {"report": report.to_json(), "notes": list(notes)},
    }
    RegradedSubmission.objects.get_or_create(regrade=regrade, submission=submission, defaults=fields)


def _reasons(before: Mapping[str, Any], report: EngineReport) -> list[str]:  # Any: JSON
    old = {result["id"]: result for result in before.get("results", ()) if "earned" in result}
    found = []
    for result in report.results:
        known = old.pop(result.id, None)
        if known is None:
            found.append(f"New check, {result.says}: {_of(result.earned, result.points)}.")
        elif (Decimal(known["earned"]), Decimal(known["points"])) != (result.earned, result.points):
            was = _of(Decimal(known["earned"]), Decimal(known["points"]))
            found.append(f"{result.says}: {was} → {_of(result.earned, result.points)}.")
    found += [f"No longer checked: {result.get('says', name)}." for name, result in old.items()]
    return first_reasons(found)


def _of(earned: Decimal, points: Decimal) -> str:
    return f"{show_points(earned)} of {show_points(points)}"
