"""Downloads: each format read again, and no text that a spreadsheet would run."""

import csv
import json
from decimal import Decimal
from io import BytesIO, StringIO

import openpyxl
import pytest
from django.urls import reverse

from lessons.models import CourseStaff, Quiz
from portal.accounts.models import AuditEntry
from portal.progress.models import ExternalMark
from tests.gradebook.conftest import grade_lab, make_book, take_quiz
from tests.gradebook.test_gradebook_page import sign_in
from tests.gradebook.test_overrides import WHY, change

pytestmark = pytest.mark.django_db
FORMULAS = ("=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "  =1+1", "＝1+1", "＋1", "－1", "＠SUM(A1)")


def download(book, form: str, user=None):
    args = [book.course.slug, book.cohort.slug, form]
    response = sign_in(user or book.staff).get(reverse("gradebook_export", args=args))
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    return response


def rows_of(response) -> list[list[str]]:
    return list(csv.reader(StringIO(response.content.decode("utf-8-sig"), newline="")))


@pytest.fixture
def scored(book):
    first, second = book.learners
    grade_lab(book, first, 45)
    take_quiz(book, first, 1)
    change(book, "70.55")
    mark = {"origin": "csv", "origin_key": "viva", "title": "Viva", "out_of": Decimal(20)}
    ExternalMark.objects.create(enrollment=second, points=Decimal("12.5"), **mark)
    return book


def test_csv_has_the_points_of_each_item_and_numbers_stay_numbers(scored):
    heads, first, second = rows_of(download(scored, "csv"))
    assert heads[3:] == [
        "Total of 100", "Passed", "What was said (of 1)", "Your first repository (of 100)", "Viva (of 20)",
    ]  # fmt: skip
    assert (first[0], first[3:]) == ("Learner A", ["79.39", "yes", "1.0", "70.55", ""])
    assert (second[0], second[3:]) == ("Learner B", ["0.0", "no", "", "", "12.5"])
    assert AuditEntry.objects.filter(event="grade", what__contains="downloaded as csv").count() == 1


def test_workbook_is_read_again_with_numbers(scored):
    page = openpyxl.load_workbook(BytesIO(download(scored, "xlsx").content)).active
    rows = list(page.iter_rows(values_only=True))
    assert rows[1][3:] == (79.39, "yes", 1, 70.55, None)
    assert (page.freeze_panes, page["D2"].data_type) == ("B2", "n")


def test_json_has_the_reason_of_a_score_changed_by_hand(scored):
    data = json.loads(download(scored, "json").content)
    first = data["learners"][0]["scores"][scored.lab_item.key]
    assert (first["points"], first["changed_by_hand"]["reason"]) == ("70.55", WHY)
    assert [item["out_of"] for item in data["items"]] == ["1", "100", "20"]


def test_canvas_file_has_its_columns_and_the_row_of_possible_points(scored):
    heads, possible, first, _ = rows_of(download(scored, "canvas"))
    assert heads[:5] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    assert heads[5:] == ["What was said", "Your first repository", "Viva"]
    assert possible == ["Points Possible", "", "", "", "", "1.0", "100.0", "20.0"]
    assert first == ["Learner A", "", "", scored.learners[0].user.email, "Autumn", "1.0", "70.55", ""]


def test_moodle_file_maps_by_email(scored):
    heads, first, _ = rows_of(download(scored, "moodle"))
    assert heads == ["Email address", "What was said", "Your first repository", "Viva"]
    assert first == [scored.learners[0].user.email, "1.0", "70.55", ""]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_becomes_a_formula(scored, text):
    user = scored.learners[0].user
    user.name = text
    user.save()
    Quiz.objects.filter(pk=scored.quiz.pk).update(title=text)
    for form in ("csv", "canvas", "moodle"):
        cells = [cell for row in rows_of(download(scored, form)) for cell in row]
        begins = [cell for cell in cells if cell.lstrip(" ").startswith(tuple("=+-@\t\r\n＝＋－＠"))]
        assert begins == []
    page = openpyxl.load_workbook(BytesIO(download(scored, "xlsx").content)).active
    assert {cell.data_type for row in page.iter_rows() for cell in row} <= {"s", "n"}
    assert text.strip("\r\t ") in str([cell.value for cell in page["A"]])


def test_assistants_download_nothing_if_they_see_no_names():
    book = make_book(marks_blindly=True)
    CourseStaff.objects.filter(user=book.other).update(role=CourseStaff.Role.ASSISTANT)
    for form in ("csv", "xlsx", "json", "canvas", "moodle"):
        args = [book.course.slug, book.cohort.slug, form]
        assert sign_in(book.other).get(reverse("gradebook_export", args=args)).status_code == 403
    assert download(book, "csv").status_code == 200


def test_changes_page_and_its_file_have_who_when_from_to_and_why(scored):
    address = reverse("gradebook_changes", args=[scored.course.slug, scored.cohort.slug])
    text = sign_in(scored.staff).get(address).content.decode()
    assert "Instructor A" in text and "45 → 70.6 of 100" in text and WHY in text
    [_, row] = rows_of(sign_in(scored.staff).get(f"{address}?as=csv"))
    assert row[1:] == [
        scored.staff.email, "Learner A", "Changed by hand", "Your first repository", "45.0", "70.55", "100.0", WHY,
    ]  # fmt: skip
