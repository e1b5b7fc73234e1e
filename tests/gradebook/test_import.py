"""Marks from a CSV file: the preview, errors by line, and that importing twice changes nothing."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from lessons.models import GradeChange
from portal.progress.gradebook.external import CannotReadError, import_marks, read_marks_file
from portal.progress.models import ExternalMark, PendingGradeNotice
from tests.factories import make_learner
from tests.gradebook.test_gradebook_page import read as read_page
from tests.gradebook.test_gradebook_page import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(book):
    first, second = (learner.user for learner in book.learners)
    first.email, second.github_name = "a@example.org", "Octocat"
    first.save()
    second.save()
    return book


def test_marks_are_matched_by_email_or_github_name(people):
    text = 'Email,GitHub,Viva / 20,Essay /10\nA@example.org,,12.5,-\n,@octocat,"13,5",7\n'
    read = read_marks_file(people.cohort, text)
    assert (read.errors, read.new) == ([], 3)
    assert import_marks(read, by=people.staff) == 3
    rows = ExternalMark.objects.order_by("origin_key", "enrollment").values_list("title", "points", "out_of")
    assert list(rows) == [("Essay", 7, 10), ("Viva", Decimal("12.5"), 20), ("Viva", Decimal("13.5"), 20)]
    assert PendingGradeNotice.objects.count() == 2
    assert "12.5 of 20" in read_page(people)


def test_same_file_changes_nothing_and_a_corrected_one_only_what_it_corrects(people):
    text = "email,Viva / 20\na@example.org,12\n"
    import_marks(read_marks_file(people.cohort, text), by=people.staff)
    again = read_marks_file(people.cohort, text)
    assert (again.same, import_marks(again, by=people.staff)) == (1, 0)
    corrected = read_marks_file(people.cohort, text.replace("12", "14"))
    assert import_marks(corrected, by=people.staff) == 1
    changes = GradeChange.objects.order_by("pk").values_list("old", "new", "out_of", "who", "item")
    assert list(changes) == [
        (None, 12, 20, people.staff.email, "external:csv:viva"),
        (12, 14, 20, people.staff.email, "external:csv:viva"),
    ]


def test_errors_name_the_line_and_the_others_are_imported(people):
    stranger = make_learner(people.course).user.email  # of another cohort
    lines = ["email;Viva / 20", "a@example.org;many", f"{stranger};3", "a@example.org;4", ";5", "", "x;21"]
    read = read_marks_file(people.cohort, "\ufeff" + "\r\n".join(lines))
    assert read.errors == [
        (2, "“many” for Viva is not a number from 0 to 20."),
        (3, f"No learner of this cohort is {stranger}."),
        (4, "The same learner as in line 2. Remove one of them."),
        (5, "No email and no GitHub name."),
        (7, "No learner of this cohort is x."),
    ]
    assert read.to_write == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no lines"),
        ("name,Viva / 20\n", "No column identifies the learners"),
        ("email,Viva\n", "“Viva” does not say out of how many points"),
        ("email,Viva / 0\n", "out of how many points"),
        ("email,Viva / 999999\n", "out of how many points"),
        ("email,Viva / 20,viva / 10\n", "Two columns are called “viva”"),
        ("email,x" + "ß" * 100 + " / 20\n", "name that is too long"),
        ("email\n", "1 to 50 columns"),
        ('email,"Viva / 20\n', "is not CSV"),
        ("email,Viva / 20\0\n", "not text"),
        ("email,Viva / 20\n" + "a,1\n" * 2501, "limit is 2,500"),
        ("x" * 1_000_001, "longer than a million"),
    ],
)
def test_file_that_cannot_be_used_says_what_to_do(people, text, message):
    with pytest.raises(CannotReadError, match=message):
        read_marks_file(people.cohort, text)


def test_preview_stores_nothing_and_its_button_does(people):
    address = reverse("gradebook_import", args=[people.course.slug, people.cohort.slug])
    client = sign_in(people.staff)
    file = SimpleUploadedFile("marks.csv", "\ufeffemail,Viva / 20\na@example.org,12\n".encode())
    preview = client.post(address, {"file": file, "action": "import"}).content.decode()
    assert "1 mark to import" in preview and "12 of 20" in preview
    assert not ExternalMark.objects.exists()
    text = "email,Viva / 20\na@example.org,12\n"
    assert client.post(address, {"text": text, "action": "import"}).status_code == 302
    assert ExternalMark.objects.get().points == 12
    refused = client.post(address, {"file": SimpleUploadedFile("marks.csv", b"\xff\xfe\x00email")})
    assert refused.status_code == 422 and "CSV UTF-8" in refused.content.decode()
