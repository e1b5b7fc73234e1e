"""A regrade of a lab in Chromium: with real workers from the changed check to the undo, and page by page."""

import os
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from labs.models import LabRegrade, Report, Submission
from portal.notices.models import Notice
from tests.authoring.conftest import make_instructor
from tests.browsing import LOOKS, axe_violations, open_context, small_dark, wide_light, widens
from tests.factories import make_lab, make_learner
from tests.labs.conftest import PASSABLE
from tests.labs.regrading import (
    EASIER,
    REASON,
    ask_to_apply,
    change_checks,
    grade_all,
    push_files,
    work,
)
from tests.servers import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.heavy]


def check(page: Page, name: str) -> None:
    """The page has no axe violation and is not wider than the screen. With SHOTS, keep a picture."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}-{page.viewport_size['width']}.png", full_page=True)
    assert axe_violations(page) == []
    assert not widens(page)


@pytest.mark.processes
def test_changed_check_is_rehearsed_applied_and_undone_by_real_workers(stack, browser, tmp_path):
    lab = make_lab(source=PASSABLE)
    instructor = make_instructor(lab.course)
    low = push_files(make_learner(lab.course), lab, tmp_path / "low")
    high = push_files(make_learner(lab.course), lab, tmp_path / "high", "notes.txt", "more.txt")
    reports = Report.objects.filter(submission__lab=lab)
    wait_for(lambda: reports.count() == 2, what="both submissions are graded")
    change_checks(lab, EASIER)

    staff = open_context(browser, stack, instructor, **wide_light()).new_page()
    staff.goto(lab.get_absolute_url())
    staff.get_by_role("link", name="Regrade").click()
    expect(staff.get_by_text("2 results from older checks")).to_be_visible()
    staff.get_by_role("button", name="Rehearse").click()
    expect(staff.get_by_role("heading", name="2 of 2 results change: 1 up, 1 down")).to_be_visible()
    rows = staff.get_by_role("region", name="Results").get_by_role("listitem")
    expect(rows.filter(has_text=low.enrollment.user.get_full_name())).to_contain_text("40 of 40 → 90 of 90.")
    expect(rows.filter(has_text=high.enrollment.user.get_full_name())).to_contain_text("60 of 60 → 10 of 10.")
    assert set(reports.values_list("points", flat=True)) == {40, 60}
    assert staff.get_by_label("Never lower a result").is_checked()
    staff.get_by_label("Reason, which learners see").fill(REASON)
    staff.get_by_role("button", name="Apply the regrade").click()
    expect(staff.get_by_role("heading", name="Applied to 1 of 2 results")).to_be_visible()

    learner = open_context(browser, stack, low.enrollment.user, **small_dark()).new_page()
    learner.goto("/")
    expect(learner.get_by_role("region", name="new notice")).to_contain_text("40 of 100 → 90 of 100 points")
    learner.goto(low.get_absolute_url())
    expect(learner.get_by_text(REASON)).to_be_visible()
    other = open_context(browser, stack, high.enrollment.user, **small_dark()).new_page()
    other.goto(high.get_absolute_url())
    expect(other.get_by_role("heading", name="60 of 100 points.")).to_be_visible()
    assert not Notice.objects.filter(user=high.enrollment.user, kind="regrade").exists()

    staff.get_by_role("button", name="Undo the regrade").click()
    expect(staff.get_by_role("heading", name="The regrade was undone")).to_be_visible()
    learner.reload()
    expect(learner.get_by_role("heading", name="40 of 100 points.")).to_be_visible()
    for page in (staff, learner, other):
        page.context.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("look", LOOKS)
def test_pages_of_a_lab_regrade_are_accessible_and_fit(look, browser, live_server, settings, tmp_path):
    settings.PRACTICE_ROOT = tmp_path / "practice"
    lab = make_lab(source=PASSABLE)
    instructor = make_instructor(lab.course)
    for name in ("low", "gone"):
        push_files(make_learner(lab.course), lab, tmp_path / name)
    grade_all()
    Submission.objects.order_by("-pk").first().receipt.repository.path.rename(tmp_path / "moved")
    change_checks(lab, EASIER)
    page = open_context(browser, live_server, instructor, **look()).new_page()
    page.goto(reverse("lab_regrades", args=[lab.course.slug, lab.slug]))
    check(page, "lab-regrade-begin")
    page.get_by_role("button", name="Rehearse").click()
    expect(page.get_by_text("0 of 2 results.")).to_be_visible()
    check(page, "lab-regrade-rehearsing")
    work()
    regrade = LabRegrade.objects.get()
    expect(page.get_by_role("heading", name="1 of 2 results change")).to_be_visible()  # by itself
    check(page, "lab-regrade-rehearsed")
    ask_to_apply(regrade)
    page.goto(regrade.get_absolute_url())
    check(page, "lab-regrade-applying")
    work()
    page.goto(regrade.get_absolute_url())
    check(page, "lab-regrade-applied")
    page.get_by_role("button", name="Undo the regrade").click()
    expect(page.get_by_text("0 of 1 results.")).to_be_visible()  # the other was never regraded
    check(page, "lab-regrade-undoing")
    work()
    expect(page.get_by_role("heading", name="The regrade was undone")).to_be_visible()
    assert LabRegrade.objects.get().state == "undone"
    page.context.close()
