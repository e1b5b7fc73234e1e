"""A lab.yaml is parsed once for everything that a save does."""

import pytest
from django.urls import reverse

from labs.models import Lab
from tests.factories import LAB_SOURCE, make_lab

pytestmark = pytest.mark.django_db
LONGER = LAB_SOURCE.replace("title: Your first repository", "title: Your first commits")


def change_address(lab: Lab) -> str:
    return reverse("admin:labs_lab_change", args=[lab.pk])


def fields_of(source: str, **fields: object) -> dict:
    return {"status": "published", "position": 1, "brief": "", "source": source, **fields}


def test_a_changed_lab_is_parsed_once(staff, course, parses):
    lab = make_lab(course)
    parses.clear()
    assert staff.post(change_address(lab), fields_of(LONGER)).status_code == 302
    assert Lab.objects.get().title == "Your first commits"
    # the other is the version that is still open, for the packages of its environment
    assert parses == [LONGER, LAB_SOURCE]


@pytest.mark.heavy
def test_a_new_lab_is_parsed_once(staff, course, parses):
    added = staff.post(
        reverse("admin:labs_lab_add"), fields_of(LONGER, course=course.pk, slug="first-commits")
    )
    assert (added.status_code, parses) == (302, [LONGER])


def test_a_draft_that_is_not_a_lab_yet_is_parsed_once(staff, course, parses):
    lab = make_lab(course)
    parses.clear()
    broken = LONGER.replace("points:", "pionts:")
    assert staff.post(change_address(lab), fields_of(broken, status="draft")).status_code == 302
    assert (parses, Lab.objects.get().source) == ([broken], broken)
