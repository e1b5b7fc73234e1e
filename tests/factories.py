"""Functions that create rows for tests. Arguments that are left out get working values."""

import hashlib
from decimal import Decimal
from itertools import count

from django.utils import timezone

from labs.grading.counting import keep_best
from labs.grading.failed_checks import update_failed_checks
from labs.models import (
    Lab,
    LabVersion,
    Receipt,
    Report,
    Repository,
    State,
    Submission,
    snapshot_digest,
)
from lessons.actions import save_quiz
from lessons.models import Cohort, Course, CourseStaff, Enrollment, Lesson, Quiz, Session
from portal.accounts.models import User

numbers = count(1)

LAB_SOURCE = """\
schema: 2
title: Your first repository
pass_mark: 70
checks:
  - id: readable
    says: the repository can be read
    readable: {}
    points: 20
  - id: three-commits
    says: main has at least three commits of yours
    commits: {on: main, at_least: 3}
    points: 40
    needs: [readable]
    fix: |
      git add README.md
      git commit -m "Describe the project"
    lesson: git-basics#committing
  - id: readme
    says: README.md exists
    file: {path: README.md, exists: true}
    points: 40
    needs: [readable]
scenarios:
  - name: one empty commit
    steps: [commit: Start]
    expect: {readable: passed, others: needs work}
  - name: four commits and a README
    steps:
      - {commit: Describe the project, files: {README.md: "# Billing"}}
      - {commit: List the modules, files: {modules.txt: Inventory}}
      - {commit: Add one, append: {modules.txt: Payment}}
      - {commit: Add another, append: {modules.txt: Customers}}
    expect: {others: passed}
"""

QUIZ_SOURCE = """\
---
title: What was said
pass_mark: 70
attempts: 0
release: now
---

## Which? {#which}
- [x] Git
- [ ] Subversion
> Every clone has the whole history.
"""


def make_user(email: str = "", **fields) -> User:
    """A user without a password: tests sign in with `client.force_login`, which avoids hashing."""
    return User.objects.create_user(email or f"person-{next(numbers)}@example.org", **fields)


def make_course(slug: str = "", **fields) -> Course:
    slug = slug or f"course-{next(numbers)}"
    return Course.objects.create(slug=slug, **{"title": "MLOps Edu", **fields})


def make_session(course: Course | None = None, **fields) -> Session:
    number = next(numbers)
    defaults = {"slug": f"session-{number}", "title": f"Session {number}", "position": number}
    return Session.objects.create(course=course or make_course(), **{**defaults, **fields})


def make_lesson(session: Session | None = None, slug: str = "", **fields) -> Lesson:
    """A published lesson. Its HTML is passed in, not rendered."""
    session = session or make_session()
    number = next(numbers)
    defaults = {
        "title": f"Lesson {number}",
        "status": Lesson.Status.PUBLISHED,
        "position": number,
        "source": "## First heading\n\nSome text.\n",
        "html": '<h2 id="first-heading">First heading</h2><p>Some text.</p>',
        "contents": [[2, "first-heading", "First heading"]],
        "text": "First heading Some text.",
        "updated_at": timezone.now(),
    }
    fields = {**defaults, **fields}
    return Lesson.objects.create(
        course=session.course, session=session, slug=slug or f"lesson-{number}", **fields
    )


def make_quiz(source: str = QUIZ_SOURCE, lesson: Lesson | None = None) -> Quiz:
    """The quiz of a lesson, saved as an author saves it."""
    lesson = lesson or make_lesson()
    return save_quiz(quiz=Quiz(course=lesson.course, lesson=lesson, slug=lesson.slug, source=source))


def make_cohort(course: Course | None = None, **fields) -> Cohort:
    defaults = {"slug": f"cohort-{next(numbers)}", "title": "Autumn"}
    return Cohort.objects.create(course=course or make_course(), **{**defaults, **fields})


def make_enrollment(user: User | None = None, cohort: Cohort | None = None, **fields) -> Enrollment:
    cohort = cohort or make_cohort()
    return Enrollment.objects.create(user=user or make_user(), cohort=cohort, course=cohort.course, **fields)


def make_learner(course: Course | None = None, **fields) -> Enrollment:
    """A new user enrolled in the course; returns the Enrollment, with `.user`."""
    return make_enrollment(make_user(**fields), make_cohort(course))


def make_staff(course: Course, user: User | None = None) -> User:
    """A user who teaches the course."""
    return CourseStaff.objects.create(course=course, user=user or make_user()).user


def make_lab(course: Course | None = None, slug: str = "", source: str = LAB_SOURCE, **fields) -> Lab:
    """A published lab with its current version: 100 points, pass mark 70, as in LAB_SOURCE."""
    number = next(numbers)
    defaults = {
        "title": "Your first repository",
        "status": Lab.Status.PUBLISHED,
        "position": number,
        "brief": "Make a repository.",
        "brief_html": "<p>Make a repository.</p>",
    }
    fields = {**defaults, **fields}
    lab = Lab.objects.create(
        course=course or make_course(), slug=slug or f"lab-{number}", source=source, **fields
    )
    lab.current = LabVersion.objects.create(
        lab=lab,
        digest=hashlib.sha256(source.encode()).hexdigest(),
        source=source,
        max_points=Decimal(100),
        pass_mark=70,
        proved=True,
    )
    lab.save(update_fields=["current"])
    return lab


def make_refs(**branches: str) -> dict[str, str]:
    """Map full ref names to object IDs. Without arguments: one branch, `main`, at a new object ID."""
    branches = branches or {"main": f"{next(numbers):040x}"}
    return {f"refs/heads/{name}": oid for name, oid in branches.items()}


def make_repository(enrollment: Enrollment, lab: Lab) -> Repository:
    return Repository.objects.get_or_create(enrollment=enrollment, lab=lab, host=None)[0]


def make_submission(
    enrollment: Enrollment | None = None, lab: Lab | None = None, refs: dict[str, str] | None = None, **fields
) -> Submission:
    """A submission, queued unless `state` says otherwise, numbered after the learner's earlier ones."""
    lab = lab or make_lab(enrollment.course if enrollment else None)
    enrollment = enrollment or make_learner(lab.course)
    refs = refs or make_refs()
    receipt = Receipt.objects.create(
        repository=make_repository(enrollment, lab),
        via=Receipt.Via.PUSH,
        refs=refs,
        digest=snapshot_digest(refs),
    )
    head_ref, head = next(iter(refs.items()))
    defaults = {
        "number": Submission.objects.filter(enrollment=enrollment, lab=lab).count() + 1,
        "digest": receipt.digest,
        "head": head,
        "head_ref": head_ref,
        "state": State.QUEUED,
        "queued_at": timezone.now(),
    }
    return Submission.objects.create(
        enrollment=enrollment, lab=lab, receipt=receipt, **{**defaults, **fields}
    )


def make_report(submission: Submission, data: dict, **fields) -> Report:
    """The current report of a submission, which becomes graded; `data` is the JSON of the engine's Report."""
    now = timezone.now()
    Submission.objects.filter(pk=submission.pk).update(
        state=State.GRADED, version=submission.version + 1, fetching_at=now, checking_at=now, ended_at=now
    )
    submission.refresh_from_db()
    submission.reports.update(is_current=False)
    version = submission.lab.current
    defaults = {
        "lab_version": version,
        "spec_digest": version.digest,
        "engine": "test",
        "points": Decimal(0),
        "max_points": version.max_points,
        "passed": False,
    }
    needed = {result.get("id") for result in data.get("results", ()) if result.get("outcome") == "needs_work"}
    update_failed_checks(submission, needed)
    report = Report.objects.create(submission=submission, data=data, **{**defaults, **fields})
    keep_best(submission)
    return report
