"""Two courses with everything in them, and one person of each role. All URLs lead to the first course."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, cached_property
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from labs.actions import store_local_report
from labs.models import (
    Choice,
    Comment,
    Comparison,
    Connection,
    Installation,
    Lab,
    LabDeadline,
    LabExtension,
    LabRegrade,
    LocalReport,
    Outage,
    PeerReview,
    Repository,
    SimilarPair,
    Submission,
)
from labs.peer_review.rounds import close_round, draw_round
from labs.reports.local_report import UploadedReport
from labs.tokens import new_token
from lessons import actions, attempt_actions, live_actions
from lessons.announcements import announce
from lessons.course_files.course_repository import pack
from lessons.models import (
    Announcement,
    Attachment,
    Attempt,
    Cohort,
    Course,
    CourseFetch,
    CourseRepository,
    CourseStaff,
    Enrollment,
    ExtraTime,
    IncomingNotes,
    Lesson,
    LiveQuiz,
    Meeting,
    Notes,
    QuestionReport,
    Quiz,
    QuizDeadline,
    QuizExtension,
    QuizRegrade,
    Session,
    Snippet,
    Thread,
)
from lessons.question_reports import report_question
from lessons.staffing import save_course_staff
from lessons.threads import actions as thread_actions
from lessons.threads import places
from portal.accounts.models import User
from portal.accounts.roles import instructors
from portal.notices.actions import notify
from portal.notices.models import Notice
from portal.notices.unsubscribing import unsubscribe_address
from portal.progress.calendar.feeds import feed_address, renew_feed
from portal.progress.models import Certificate, CertificateRule, DataExport, Inquiry
from tests.certificates.examples import CONTENT
from tests.factories import (
    make_cohort,
    make_course,
    make_enrollment,
    make_lab,
    make_lesson,
    make_quiz,
    make_report,
    make_session,
    make_staff,
    make_submission,
    make_user,
)
from tests.peer_review.review_work import make_review_lab
from tests.quiz_pages.examples import RIGHT, quiz_source
from tests.reports import make_engine_report
from tests.web.routes import Route

ROLES = (
    *("anonymous", "learner", "peer", "outsider", "visiting", "assistant", "neighbour"),
    *("instructor", "administrator"),
)
CERTIFICATE = "gone"  # its key; also that of things that are not there
ELSEWHERE = "antipode"  # in every name of the second course, and nowhere in our own texts
PICTURE = "0" * 32 + ".png"
ATTACHED = ("1" * 32, "data.csv")  # a file that the first lesson links to
OF_REVIEWED_LAB = ("lab_reviews", "lab_review_volunteer", "lab_review_rounds")
NEEDED = ({"key": "git", "text": "Install Git", "html": "Install Git"},)


@dataclass
class Place:
    """A course with one of each thing, its learner and its instructor."""

    course: Course
    session: Session
    lesson: Lesson
    quiz: Quiz
    lab: Lab
    cohort: Cohort
    learner: Enrollment
    instructor: User
    submitted: Attempt
    attempt: Attempt
    submission: Submission
    notes: Notes
    incoming: IncomingNotes
    live: LiveQuiz
    regrade: QuizRegrade
    lab_regrade: LabRegrade
    report: QuestionReport
    notice: Notice
    thread: Thread
    announcement: Announcement


def make_person(email: str, **fields: Any) -> User:
    return make_user(email, password="correct horse battery", **fields)


def make_place(name: str) -> Place:
    """A course in which every name contains `name`."""
    course = make_course(name, title=f"Course {name}")
    session = make_session(
        course, slug=f"start-{name}", title=f"Session {name}", prepare=list(NEEDED), prepare_html=list(NEEDED)
    )
    lesson = make_lesson(
        session, f"basics-{name}", title=f"Lesson {name}", checklist=[["git", "Install Git"]]
    )
    quiz = make_quiz(quiz_source(release="never").replace("Branches", f"Quiz {name}"), lesson)
    lab = make_lab(course, f"lab-{name}", title=f"Lab {name}")
    cohort = make_cohort(course, slug=f"autumn-{name}", title=f"Cohort {name}")
    Meeting.objects.create(cohort=cohort, session=session, starts_at=timezone.now())
    learner = make_enrollment(make_person(f"learner@{name}.example", name=f"Learner {name}"), cohort)
    instructor = make_staff(course, make_person(f"instructor@{name}.example", is_staff=True))
    instructor.groups.add(instructors())
    Snippet.objects.create(course=course, name=f"Snippet {name}", text=f"Text of {name}.")
    actions.mark_read(enrollment=learner, lesson=lesson)
    actions.tick(enrollment=learner, of=lesson, key="git", done=True)
    make_previewed(course, lesson)
    submitted = make_submitted(learner, quiz)
    submission = make_graded(learner, lab)
    about = {"thing": f"submission:{submission.pk}", "submission": submission, "title": f"Lab {name}"}
    Inquiry.objects.create(enrollment=learner, reason=f"Reason of {name}", points_then=0, **about)
    Comment.objects.create(
        submission=submission,
        by=instructor,
        is_staff=True,
        text=f"Comment {name}",
        released_at=timezone.now(),
    )
    new_token(user=learner.user)
    sent = UploadedReport(submission.head, "2.0", "0" * 64, {"readme": "passed"})
    store_local_report(enrollment=learner, lab=lab, place=LocalReport.Place.MACHINE, sent=sent)
    EmailAddress.objects.create(user=learner.user, email=learner.user.email, primary=True)
    Authenticator.objects.create(
        user=learner.user, type=Authenticator.Type.TOTP, data={"secret": "JBSWY3DPEHPK3PXP"}
    )
    make_connected(learner, lab, name)
    linked = {"provider": "github", "uid": str(learner.user.pk), "extra_data": {"login": name}}
    SocialAccount.objects.create(user=learner.user, **linked)
    Choice.objects.create(submission=submission, reason=f"Reason {name}", by=instructor)
    attempt = attempt_actions.start_attempt(enrollment=learner, quiz=quiz)
    QuizDeadline.objects.create(quiz=quiz, cohort=cohort, closes_at=timezone.now() + timedelta(days=365))
    until = timezone.now() + timedelta(days=366)
    QuizExtension.objects.create(enrollment=learner, quiz=quiz, until=until, reason="Illness.")
    LabDeadline.objects.create(lab=lab, cohort=cohort, closes_at=until)
    LabExtension.objects.create(
        enrollment=learner, lab=lab, until=until + timedelta(days=1), reason="Illness."
    )
    Outage.objects.create(enrollment=learner, lab=lab, begins_at=until - timedelta(hours=1), ends_at=until)
    ExtraTime.objects.create(enrollment=learner, quiz=quiz, percent=50)
    return Place(
        *(course, session, lesson, quiz, lab, cohort, learner, instructor, submitted, attempt, submission),
        *make_notes(course, name),
        live_actions.start_live_quiz(quiz=quiz, cohort=cohort, by=instructor),
        QuizRegrade.objects.create(quiz=quiz, version=quiz.current, by=instructor, state="rehearsed"),
        LabRegrade.objects.create(lab=lab, version=lab.current, by=instructor, state="rehearsed"),
        report_question(attempt=submitted, key="approval", text=f"Report of {name}"),
        notify(user=learner.user, kind="regrade", text=f"Notice {name}", link="/"),
        make_thread(learner, lesson, name),
        announce(cohort=cohort, by=instructor, title=f"Announcement {name}", text=f"Text of {name}"),
    )


def make_thread(learner: Enrollment, lesson: Lesson, name: str) -> Thread:
    """A question that waits for staff."""
    place = places.find_place(learner.user, lesson.course.slug, "lesson", lesson.slug, "first-heading")
    return thread_actions.ask(
        enrollment=learner,
        place=place,
        kind=Thread.Kind.QUESTION,
        title=f"Question {name}",
        text=f"Text {name}",
    )


def make_connected(learner: Enrollment, lab: Lab, name: str) -> Connection:
    """A repository on GitHub whose learner has proved that it is theirs."""
    at = {"host": "github.com", "owner": name, "name": "work"}
    repository = Repository.objects.create(enrollment=learner, lab=lab, **at)
    connection = Connection.objects.create(
        repository=repository, owner_proved_by=Connection.Proof.FILE, look_fault=f"L-0000: fault of {name}"
    )
    connection.deliveries.create(guid="0" * 32, event="ping", outcome="noted")
    repository.github_answers.create(commit="0" * 40)
    return connection


def make_previewed(course: Course, lesson: Lesson) -> CourseFetch:
    """A repository of the course, and a preview with one lesson."""
    name = course.slug
    files = {
        "course.yaml": f"schema: 1\nslug: {name}\ntitle: Course {name}\nsessions: [one]\n",
        "one/session.yaml": f"slug: start-{name}\ntitle: Session {name}\n",
        "one/01.md": f"---\nslug: {lesson.slug}\ntitle: Lesson {name}\n---\nText of {name}.\n",
    }
    packed = pack({path: text.encode() for path, text in files.items()})
    repository = CourseRepository.objects.create(course=course, address=f"https://github.com/{name}/course")
    return CourseFetch.objects.create(
        repository=repository,
        kind="preview",
        state="done",
        commit="0" * 40,
        files=packed,
        ended_at=timezone.now(),
    )


def make_notes(course: Course, name: str) -> tuple[Notes, IncomingNotes]:
    """Notes that gave no lesson yet, and a file whose encoding is unclear."""
    notes = Notes.objects.create(course=course, name=f"{name}.txt", data=f"{name} :::\n\t- words\n".encode())
    unsure = "Größe :::\n\t- Übung\n".encode("cp1250")
    waiting = IncomingNotes(course=course, state="unsure", name=f"{name}-2.txt", data=unsure)
    waiting.save()
    return notes, waiting


def make_submitted(learner: Enrollment, quiz: Quiz) -> Attempt:
    attempt = attempt_actions.start_attempt(enrollment=learner, quiz=quiz)
    attempt_actions.save_answer(attempt=attempt, key="approval", response=RIGHT["approval"], flagged=False)
    return attempt_actions.submit_attempt(attempt=attempt)


def make_graded(learner: Enrollment, lab: Lab) -> Submission:
    submission = make_submission(learner, lab)
    report = make_engine_report(readable="passed", readme="needs_work")
    make_report(submission, report.to_json(), points=report.points)
    return submission


@dataclass
class World:
    here: Place
    there: Place
    peer: Enrollment
    assistant: User  # of the learner's cohort
    neighbour: User  # an assistant of the peer's cohort
    administrator: User
    tokens: dict[str, str]  # by the name of the URL that contains one

    @property
    def people(self) -> dict[str, User | None]:
        """One user for each of ROLES; None for the first."""
        users = (
            None,
            self.here.learner.user,
            self.peer.user,
            self.there.learner.user,
            self.there.instructor,
            self.assistant,
            self.neighbour,
            self.here.instructor,
            self.administrator,
        )
        return dict(zip(ROLES, users, strict=True))

    def values(self, route: Route) -> dict[str, Any]:
        """Return the arguments of a route's address: always something of the first course and its learner."""
        here = self.here
        own: dict[str, dict[str, Any]] = {
            "attempt_review": {"number": here.submitted.number},
            "report_question": {"number": here.submitted.number, "key": "vcs"},
            "lab_regrade": {"regrade": here.lab_regrade.pk},
            "attachment": {"name": ATTACHED[1]},
            "revoke_token": {"pk": self.git_token},
        }
        return {
            **self.common_values,
            "connection": first_of(route, "labs.connection"),
            "pair": first_of(route, "labs.similarpair"),
            "object_id": first_of(route),
            "token": self.tokens.get(route.name, ATTACHED[0]),
            **own.get(route.name, {}),
            **self.review(route),
        }

    @cached_property
    def git_token(self) -> int:
        # before a visitor gets a token for the requests, which is a later one
        return self.here.learner.user.access_tokens.earliest("pk").pk

    @cached_property
    def common_values(self) -> dict[str, Any]:
        here = self.here
        return {
            "course": here.course.slug,
            "course_slug": here.course.slug,
            "session": here.session.slug,
            "lesson": here.lesson.slug,
            "cohort": here.cohort.slug,
            "quiz": here.quiz.slug,
            "number": here.attempt.number,
            "place": 1,
            "inquiry": here.submission.inquiries.get().pk,
            "comment": here.submission.comments.get().pk,
            "answer": here.submitted.answers.get().pk,
            "notes": here.notes.pk,
            "incoming": here.incoming.pk,
            "learner": here.learner.pk,
            "form": "xlsx",
            "item": f"lab:{here.lab.pk}",
            "lab": here.lab.slug,
            "lab_slug": here.lab.slug,
            "public_id": here.submission.public_id,
            "fetch": here.course.repository.fetches.get().pk,
            "kind": "lesson",
            "of": "questions",
            "live": here.live.pk,
            "slug": here.lesson.slug,
            "code": here.cohort.invite_code,
            "key": CERTIFICATE,
            "regrade": here.regrade.pk,
            "report": here.report.pk,
            "notice": here.notice.pk,
            "thread": here.thread.pk,
            "announcement": here.announcement.pk,
            "message": here.thread.messages.get().pk,
            "uidb36": "1",
            "id": here.learner.user.pk,
            "person": here.learner.user.pk,
            "export": here.learner.user.exports.get().pk,
            "part": 1,
            "app_label": "lessons",
            "content_type_id": ContentType.objects.get_for_model(Submission).pk,
            "url": "nowhere",
            "name": PICTURE,
            "pk": 0,
        }

    def review(self, route: Route) -> dict[str, Any]:
        """Return the arguments of an address of peer review: the learner's review, or one of their work."""
        if route.name in OF_REVIEWED_LAB:
            return {"lab": "reviewed"}
        if not route.name.startswith("peer_review"):
            return {}
        own = PeerReview.objects.filter(reviewer=self.here.learner)
        received = PeerReview.objects.filter(work__enrollment=self.here.learner)
        return {"public_id": (received if route.name == "peer_review_answer" else own).get().public_id}


def make_reviews(here: Place) -> None:
    """A lab in which the learner and another one review each other; the review of the learner's work has arrived."""
    lab = make_review_lab(here.course, slug="reviewed", title="Reviewed lab")
    other = make_enrollment(make_person("reviewer@here.example"), here.cohort)
    for learner in (here.learner, other):
        make_graded(learner, lab)
    round = draw_round(lab=lab, cohort=here.cohort)
    assert round is not None
    PeerReview.objects.filter(reviewer=other).update(
        marks={"prose": "3", "names": "4"}, submitted_at=timezone.now()
    )
    close_round(round=round)


def make_assistant(email: str, cohort: Cohort) -> User:
    """An assistant of one cohort, whom an instructor of the course appointed."""
    user = make_person(email)
    role = CourseStaff(course=cohort.course, cohort=cohort, user=user, role=CourseStaff.Role.ASSISTANT)
    by = cohort.course.staff.filter(cohort=None).earliest("pk").user
    return save_course_staff(staff=role, by=by).user


def first_of(route: Route, model: str = "labs.submission") -> int:
    """The key of the row that an admin page is about: the first one made, so one of the first course."""
    return first_key(route.model or model)


@cache
def first_key(model: str) -> int:
    return apps.get_model(model)._default_manager.earliest("pk").pk


def make_world() -> World:
    instructors()
    first_key.cache_clear()
    here, there = make_place("here"), make_place(ELSEWHERE)
    for token in (ATTACHED[0], PICTURE.partition(".")[0]):
        Attachment.objects.create(lesson=here.lesson, token=token)
    peer = make_enrollment(make_person("peer@here.example"), make_cohort(here.course))
    make_reviews(here)
    Installation.objects.create(installation_id=1, account="here")
    compared = Comparison.objects.create(lab=here.lab, state=Comparison.State.DONE, ended_at=timezone.now())
    both = {"first": here.submission, "second": here.submission}
    SimilarPair.objects.create(comparison=compared, **both, commits=1, files=0, percent=90)
    CertificateRule.objects.create(course=here.course)
    Certificate.objects.create(enrollment=here.learner, name="Learner A", content=CONTENT, key=CERTIFICATE)
    parts = [{"name": "data-1.zip", "bytes": 2}]
    DataExport.objects.create(user=here.learner.user, state="ready", parts=parts)
    assistant = make_assistant("assistant@here.example", here.cohort)
    neighbour = make_assistant("neighbour@here.example", peer.cohort)
    administrator = make_person("admin@here.example", is_staff=True, is_superuser=True)
    calendar = feed_address(renew_feed(user=here.learner.user)).rpartition("/")[2].removesuffix(".ics")
    unsubscribe = unsubscribe_address(here.learner.user, "meeting").split("/")[-2]
    tokens = {"calendar_feed": calendar, "unsubscribe": unsubscribe}
    return World(here, there, peer, assistant, neighbour, administrator, tokens)


def authorization(token: str) -> Mapping[str, str]:
    return {"HTTP_AUTHORIZATION": "Basic " + b64encode(f"learner:{token}".encode()).decode()}
