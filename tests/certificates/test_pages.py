"""The pages of a certificate, from the rules to what a stranger reads."""

import re

import pytest
from django.utils import timezone

from labs.models import Submission
from lessons.copying import copy_course
from lessons.models import Attendance, CourseStaff
from lessons.queries import get_member_course
from lessons.term import Term
from portal.notices.models import Notice
from portal.progress.certificates.actions import clean_name, issue
from portal.progress.certificates.queries import get_standing
from portal.progress.models import Certificate, CertificateRule
from tests.factories import make_lab, make_learner, make_lesson, make_session, make_staff, make_user


@pytest.fixture
def earned(monkeypatch):
    """Let the learner have 88 of 100 points."""
    from decimal import Decimal
    from types import SimpleNamespace

    scores = SimpleNamespace(points=Decimal(88), is_passed=True)
    monkeypatch.setattr(
        "portal.progress.certificates.queries.score_outcomes",
        lambda course, learners, outcomes: {each.pk: scores for each in learners},
    )


def address(learner, rest: str = "") -> str:
    return f"/courses/{learner.course.slug}/certificate/{rest}"


@pytest.fixture
def own(client, learner):
    client.force_login(learner.user)
    return client


def test_certificate_is_issued_with_a_name_and_downloaded(own, learner, earned):
    page = own.get(address(learner)).content.decode()
    assert "Issue my certificate" in page
    own.post(address(learner), {"action": "issue", "name": "  क्षत्रिय   विद्यार्थी "})
    certificate = Certificate.objects.get()
    assert certificate.name == "क्षत्रिय विद्यार्थी"
    page = own.get(address(learner)).content.decode()
    assert certificate.number in page
    assert own.get(address(learner, "pdf/")).content.startswith(b"%PDF-")
    assert own.get(address(learner, "badge/")).content.count(b".") == 2


def test_issuing_twice_gives_one_certificate(own, learner, earned):
    reader = get_member_course(learner.user, learner.course.slug)
    standing = get_standing(reader)
    first = issue(reader=reader, standing=standing, name="Learner A")
    assert issue(reader=reader, standing=standing, name="Learner B") == first
    assert first.name == "Learner A"


def test_learner_below_the_pass_mark_reads_what_is_missing_and_gets_nothing(own, learner):
    make_lab(learner.course)
    page = own.get(address(learner)).content.decode()
    assert "you need 70" in page
    own.post(address(learner), {"action": "issue", "name": "Learner A"})
    assert not Certificate.objects.exists()


def test_progress_page_leads_to_the_certificate_if_the_course_gives_one(own, learner):
    make_session(learner.course)
    progress = f"/courses/{learner.course.slug}/progress/"
    assert address(learner) in own.get(progress).content.decode()
    CertificateRule.objects.all().delete()
    assert address(learner) not in own.get(progress).content.decode()


def test_rules_name_each_lab_and_the_meetings(own, learner, earned):
    lab = make_lab(learner.course, title="Your first pipeline")
    make_lesson(make_session(learner.course), lab_slugs=[lab.slug])
    CertificateRule.objects.update(needs_every_lab=True, least_attendance=80)
    page = own.get(address(learner)).content.decode()
    assert "The lab “Your first pipeline” is not passed." in page
    assert "No meeting has taken place yet." in page
    assert not Submission.objects.exists() and not Attendance.objects.exists()


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("", "Enter the name"),
        ("   ", "Enter the name"),
        ("A\u202eB", "invisible character U+202E"),
        ("12 34", "has letters"),
        ("A" * 121, "at most 120"),
        ("A\x00B", "Null characters"),
    ],
)
def test_name_that_cannot_be_printed_is_refused_with_what_to_change(own, learner, earned, name, says):
    response = own.post(address(learner), {"action": "issue", "name": name})
    assert response.status_code == 422
    assert says in response.content.decode()
    assert not Certificate.objects.exists()


def test_joiners_stay_in_a_name():
    name = "क\N{ZERO WIDTH JOINER}ष"
    assert clean_name(name) == name


def test_public_page_shows_only_what_its_owner_switched_on(client, learner, make_certificate):
    """W22."""
    certificate = make_certificate()
    assert re.search(r"/[0-9a-f]{32}/$", certificate.path)  # 128 random bits
    page = client.get(certificate.path).content.decode()
    assert "is valid" in page and "MLOps Edu" in page
    assert "Learner A" not in page and "octocat" not in page and learner.user.email not in page
    client.force_login(learner.user)
    client.post(address(learner), {"action": "show", "shows_name": "on", "shows_work": "on"})
    client.logout()
    page = client.get(certificate.path).content.decode()
    assert "Learner A" in page and "https://github.com/octocat/lab-1" in page
    assert "88 of 100" not in page and learner.user.email not in page


def test_page_draws_the_route_with_its_labels_and_says_it_in_words(own, learner, make_certificate):
    make_certificate("A & <b>B</b>")
    page = own.get(address(learner)).content.decode()
    assert page.count('class="n-bad"') == 3 and page.count('class="n-ok"') == 11
    assert "Lab 1: passed after 4 submissions." in page
    assert "A &amp; &lt;b&gt;B&lt;/b&gt;" in page and "<b>B</b>" not in page


def test_unknown_certificate_is_not_found(client, db):
    assert client.get(f"/verify/{'0' * 32}/").status_code == 404


def test_correction_replaces_the_certificate_and_keeps_its_content(client, learner, make_certificate):
    old, staff = make_certificate("Lerner A"), make_staff(learner.course, make_user(is_staff=True))
    client.force_login(learner.user)
    client.post(
        address(learner), {"action": "correct", "name": "Learner A", "because": "A letter is missing."}
    )
    client.force_login(staff)
    assert (
        "A letter is missing." in client.get(f"/teach/{learner.course.slug}/certificates/").content.decode()
    )
    client.post(f"/teach/{learner.course.slug}/certificates/{old.key}/", {"action": "correct"})
    new = Certificate.objects.valid().get()
    old.refresh_from_db()
    assert (new.name, new.content) == ("Learner A", old.content)
    client.logout()
    page = client.get(old.path).content.decode()
    assert "was replaced" in page and "Lerner A" not in page and new.key not in page
    assert Notice.objects.filter(user=learner.user, text__contains="new number").exists()


def test_withdrawn_certificate_says_so_and_is_not_issued_again_by_its_owner(
    client, learner, make_certificate, earned
):
    certificate, staff = (
        make_certificate(shows_name=True),
        make_staff(learner.course, make_user(is_staff=True)),
    )
    client.force_login(staff)
    change = f"/teach/{learner.course.slug}/certificates/{certificate.key}/"
    client.post(change, {"action": "withdraw", "because": ""})
    certificate.refresh_from_db()
    assert certificate.state == "valid"
    client.post(change, {"action": "withdraw", "because": "The labs were not your own work."})
    certificate.refresh_from_db()
    assert (certificate.state, certificate.withdrawn_by) == ("withdrawn", staff)
    client.force_login(learner.user)
    assert "not your own work" in client.get(address(learner)).content.decode()
    client.post(address(learner), {"action": "issue", "name": "Learner A"})
    assert Certificate.objects.count() == 1
    assert client.get(address(learner, "pdf/")).status_code == 404
    public = client.get(certificate.path).content.decode()
    assert "was withdrawn" in public and "Learner A" not in public
    client.force_login(staff)
    client.post(change, {"action": "reinstate"})
    assert Certificate.objects.valid().get() == certificate


def test_certificate_of_somebody_else_is_not_found(client, learner, make_certificate):
    make_certificate()
    other = make_learner(learner.course)
    client.force_login(other.user)
    assert client.get(address(learner, "pdf/")).status_code == 404
    assert client.get(address(learner, "badge/")).status_code == 404


def test_course_without_a_rule_gives_no_certificates(client, learner):
    CertificateRule.objects.all().delete()
    client.force_login(learner.user)
    assert client.get(address(learner)).status_code == 404
    client.force_login(make_staff(learner.course, make_user(is_staff=True)))
    staff_page = f"/teach/{learner.course.slug}/certificates/"
    client.post(staff_page, {"least_attendance": "80", "signed_by": "Instructor A"})
    assert CertificateRule.objects.get().least_attendance == 80
    assert client.post(staff_page, {"least_attendance": "101"}).status_code == 422
    client.post(staff_page, {"action": "stop"})
    assert not CertificateRule.objects.exists()


def test_owner_keeps_the_certificate_after_the_course(client, learner, make_certificate):
    certificate = make_certificate(shows_name=True)
    CertificateRule.objects.all().delete()
    learner.is_active = False
    learner.save()
    client.force_login(learner.user)
    assert certificate.number in client.get(address(learner)).content.decode()
    assert client.get(address(learner, "pdf/")).status_code == 200
    client.post(address(learner), {"action": "show"})
    certificate.refresh_from_db()
    assert certificate.shows_name is False


def test_assistants_do_not_withdraw_certificates(client, learner, make_certificate):
    certificate = make_certificate()
    assistant = make_staff(learner.course, make_user(is_staff=True))
    CourseStaff.objects.filter(user=assistant).update(role=CourseStaff.Role.ASSISTANT)
    client.force_login(assistant)
    assert client.get(f"/teach/{learner.course.slug}/certificates/").status_code == 403
    change = f"/teach/{learner.course.slug}/certificates/{certificate.key}/"
    assert client.post(change, {"action": "withdraw", "because": "No."}).status_code == 403


def test_copy_of_a_course_wants_the_same_for_a_certificate(learner):
    CertificateRule.objects.update(least_attendance=80)
    term = Term(title="Copy", slug="copy")
    copy = copy_course(course=learner.course, term=term, by=make_user(is_staff=True))
    assert CertificateRule.objects.get(course=copy).least_attendance == 80


def test_content_does_not_follow_later_changes(own, learner, earned):
    own.post(address(learner), {"action": "issue", "name": "Learner A"})
    learner.course.title = "Another title"
    learner.course.save()
    certificate = Certificate.objects.get()
    assert certificate.content["course"] == "MLOps Edu"
    assert certificate.issued_at <= timezone.now()


def test_pages_take_the_same_number_of_queries_for_one_and_many_labs(
    own, learner, earned, django_assert_max_num_queries
):
    session = make_session(learner.course)
    for _ in range(12):
        make_lesson(session, lab_slugs=[make_lab(learner.course).slug])
    with django_assert_max_num_queries(24):
        own.get(address(learner))
