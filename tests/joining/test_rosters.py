"""A roster is read with each wrong row named, shown, and imported; a second import changes nothing."""

from smtplib import SMTPRecipientsRefused

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.mail.backends.locmem import EmailBackend
from django.urls import reverse

from lessons import invitations
from lessons.joining import join_cohort
from lessons.models import Enrollment, RosterEntry
from lessons.roster_import import Step, import_roster, store_roster
from lessons.roster_matching import fulfil_rosters_of
from lessons.rosters import RosterError, RosterRow, read_roster
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
    assert RosterEntry.objects.exclude(invited_at=None).get().email == "new@example.org"
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


class Refusing(EmailBackend):
    """Refuse one recipient, as a mail server does, or be down."""

    is_down = False

    def send_messages(self, messages):
        if self.is_down:
            raise ConnectionRefusedError
        if messages[0].to == ["refused@example.org"]:
            raise SMTPRecipientsRefused({"refused@example.org": (550, b"no such user")})
        return super().send_messages(messages)


@pytest.fixture
def three_invited(db, settings, django_capture_on_commit_callbacks):
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    cohort = make_cohort()
    rows = b"email,name\n" + b"".join(name + b"@example.org,N\n" for name in (b"first", b"refused", b"last"))

    def run():
        with django_capture_on_commit_callbacks(execute=True):
            import_roster(cohort=cohort, roster=read_roster(rows), by=make_staff(cohort.course))
        return cohort

    return run


def test_refused_recipient_does_not_stop_the_others_and_is_sent_again(three_invited, mailoutbox, client):
    cohort = three_invited()
    assert [mail.to[0] for mail in mailoutbox] == ["first@example.org", "last@example.org"]
    refused = RosterEntry.objects.get(email="refused@example.org")
    assert (refused.state, refused.invited_at) == ("refused", None)
    client.force_login(make_staff(cohort.course, make_user(is_staff=True)))
    page = reverse("cohort_people", args=[cohort.course.slug, cohort.slug])
    text = client.get(page).content.decode()
    assert "The mail server refused this address: 550 no such user" in text
    RosterEntry.objects.filter(pk=refused.pk).update(email="right@example.org")
    client.post(page, {"do": "send_again", "entry": refused.pk})
    refused.refresh_from_db()
    assert refused.state == "" and refused.invited_at and mailoutbox[-1].to == ["right@example.org"]


def test_invitations_wait_while_the_mail_server_is_down(three_invited, monkeypatch, mailoutbox):
    monkeypatch.setattr(Refusing, "is_down", True)
    three_invited()
    assert set(RosterEntry.objects.values_list("state", "invited_at")) == {("waiting", None)}
    assert not invitations.work_on_batch()  # not before the pause ends
    monkeypatch.setattr(Refusing, "is_down", False)
    RosterEntry.objects.update(leased_until=None)
    assert invitations.work_on_batch()
    assert len(mailoutbox) == 2
    RosterEntry.objects.update(state="waiting", tries=invitations.MAX_TRIES, leased_until=None)
    monkeypatch.setattr(Refusing, "is_down", True)
    invitations.work_on_batch()
    assert set(RosterEntry.objects.values_list("problem", flat=True)) == {invitations.NO_SERVER}


@pytest.mark.django_db
def test_long_roster_is_stored_in_a_few_queries_and_left_to_workers(django_assert_max_num_queries):
    cohort = make_cohort()
    staff = make_staff(cohort.course)
    rows = b"email\n" + b"".join(b"p%d@example.org\n" % number for number in range(5_000))
    roster = read_roster(rows)
    with django_assert_max_num_queries(100):
        store_roster(cohort=cohort, roster=roster, by=staff)
    assert RosterEntry.objects.filter(state="waiting", invited_at=None).count() == 5_000


@pytest.mark.django_db
def test_entry_is_matched_by_a_linked_account_and_never_by_a_typed_name():
    cohort = make_cohort()
    by_id = RosterEntry.objects.create(cohort=cohort, key="1", github_id=583231, github_name="octocat")
    by_name = RosterEntry.objects.create(cohort=cohort, key="2", github_name="HubCat")
    typed = join_cohort(user=make_user(github_name="hubcat"), cohort=cohort)
    linked = join_cohort(user=make_user(), cohort=cohort)
    by_name.refresh_from_db()
    assert by_name.enrollment is None and typed
    for user, uid, login in ((linked.user, "583231", "renamed"), (make_user(), "7", "hubcat")):
        account = SocialAccount.objects.create(
            user=user, provider="github", uid=uid, extra_data={"login": login}
        )
        fulfil_rosters_of(account.user)
    by_id.refresh_from_db()
    assert by_id.enrollment == linked
    joined = join_cohort(user=SocialAccount.objects.get(uid="7").user, cohort=cohort)
    by_name.refresh_from_db()
    assert by_name.enrollment == joined


def test_keys_that_grow_when_folded_stay_apart():
    one, two = (RosterRow(2, identifier="ß" * 200 + end) for end in "ab")
    assert len(one.key) <= 254 and one.key != two.key
