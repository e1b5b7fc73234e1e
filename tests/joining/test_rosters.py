"""A roster is read with each wrong row named, shown, and imported; a second import changes nothing."""

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from lessons.joining import join_cohort
from lessons.models import Enrollment, RosterEntry
from lessons.roster_import import Step, import_roster
from lessons.rosters import RosterError, read_roster
from portal.notices.models import Notice
from tests.factories import make_cohort, make_enrollment, make_staff, make_user

CLASSROOM = (
    b'"identifier","github_username","github_id","name"\n\n'
    b'"007","octocat","583231","Surname, Given"\n"new@example.org","","",""\n"i01-x","","",""\n'
)


def test_roster_of_classroom_keeps_identifiers_as_text():
    roster = read_roster(CLASSROOM)
    assert roster.is_classroom and roster.problems == []
    first, second, third = roster.rows
    assert (first.line, first.identifier, first.github_id, first.name) == (3, "007", 583231, "Surname, Given")
    assert second.email == "new@example.org"
    assert (third.identifier, third.email, third.github_id) == ("i01-x", "", None)


def test_roster_names_each_wrong_row():
    roster = read_roster(
        b"\xef\xbb\xbfEmail;First name;Last name\r\n"
        b"a@example.org;Ada;One\r\nnobody;B;C\r\na@example.org;Ada;One\r\nb@example.org;B\r\n;;No email\r\n"
    )
    assert [(row.email, row.name) for row in roster.rows] == [("a@example.org", "Ada One")]
    assert [(problem.line, problem.message.split(".")[0][:24]) for problem in roster.problems] == [
        (3, "has “nobody” as email"),
        (4, "is the same person as li"),
        (5, "has 2 fields, and the he"),
        (6, "has neither an email, an"),
    ]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04\0\0", "not text"),
        ("Émile".encode("latin-1"), "not UTF-8"),
        (b"a,b\n1,2\n", "no column named email"),
        (b'email\n"a@example.org\n', "is not CSV"),
        (b"email\n" + b"x" * 900_001, "larger than"),
    ],
)
def test_file_that_is_no_roster_is_refused_with_what_to_do(data, words):
    with pytest.raises(RosterError, match=words):
        read_roster(data)


@pytest.mark.django_db(transaction=True)
def test_import_enrolls_invites_and_changes_nothing_the_second_time(mailoutbox):
    cohort, linked = make_cohort(), make_user()
    SocialAccount.objects.create(
        user=linked, provider="github", uid="583231", extra_data={"login": "was-cat"}
    )
    staff = make_staff(cohort.course)
    roster = read_roster(CLASSROOM)
    assert import_roster(cohort=cohort, roster=roster, by=staff) == {
        Step.ENROLL: 1,
        Step.INVITE: 1,
        Step.LIST: 1,
    }
    assert Enrollment.objects.get().user == linked
    assert [mail.to for mail in mailoutbox] == [["new@example.org"]]
    assert cohort.invite_code in mailoutbox[0].body
    assert Notice.objects.filter(user=linked, kind="joining").count() == 1
    again = import_roster(cohort=cohort, roster=roster, by=staff)
    assert again == {Step.THERE: 1, Step.INVITED: 2}
    assert (len(mailoutbox), RosterEntry.objects.count(), Notice.objects.count()) == (1, 3, 1)
    joined = join_cohort(user=make_user("new@example.org"), cohort=cohort)
    assert RosterEntry.objects.get(email="new@example.org").enrollment == joined


@pytest.mark.django_db
def test_unconfirmed_address_is_not_taken_for_a_person_in_the_roster():
    user = make_user("new@example.org")
    EmailAddress.objects.create(user=user, email=user.email, verified=False, primary=True)
    cohort = make_cohort()
    counts = import_roster(cohort=cohort, roster=read_roster(CLASSROOM), by=make_staff(cohort.course))
    assert counts == {Step.INVITE: 1, Step.LIST: 2}
    assert not Enrollment.objects.exists()


@pytest.mark.django_db
def test_person_in_another_cohort_is_named_and_not_moved():
    here = make_cohort()
    other = make_enrollment(make_user("new@example.org"), make_cohort(here.course))
    counts = import_roster(cohort=here, roster=read_roster(CLASSROOM), by=make_staff(here.course))
    assert counts[Step.ELSEWHERE] == 1
    other.refresh_from_db()
    assert other.cohort != here


@pytest.mark.django_db
def test_page_shows_the_rows_before_it_imports_them(client):
    cohort = make_cohort()
    client.force_login(make_staff(cohort.course, make_user(is_staff=True)))
    page = reverse("cohort_roster", args=[cohort.course.slug, cohort.slug])
    assert client.post(page).status_code == 422
    shown = client.post(page, {"file": SimpleUploadedFile("classroom_roster.csv", CLASSROOM + b'"x"\n')})
    text = shown.content.decode()
    assert "Line 6" in text and "has 1 fields" in text and "3 rows to import from GitHub Classroom" in text
    assert not RosterEntry.objects.exists()
    kept = shown.context["form"].kept
    done = client.post(page, {"text": kept, "action": "import"}, follow=True)
    assert RosterEntry.objects.count() == 3
    assert "Invited by email: 1" in done.content.decode()
