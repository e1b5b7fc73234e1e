"""`make screens` finds the pages of each role and takes four pictures of each."""

import struct

import pytest

from tests.screens import SCHEMES, WIDTHS, Screen, find_screens, take_pictures, world
from tests.web.conftest import silence

__all__ = ["world"]  # a fixture


@pytest.mark.heavy
def test_every_role_has_its_screens(world):
    with silence():
        found = {(screen.role, screen.name) for screen in find_screens(world)}
    public = {"home", "help", "account_login", "account_signup", "not_found"}
    learners = {
        "course",
        "lesson",
        "quiz",
        "question",
        "attempt_review",
        "lab",
        "submission",
        "progress",
        "mfa_index",
    }
    staff = {
        "admin:index",
        "admin:lessons_lesson_change",
        "admin:labs_lab_changelist",
        "teach",
        "admin:lessons_course_copy",
        "admin:lessons_course_deleted",
        "admin:labs_lab_delete",
    }
    assert {("anonymous", name) for name in public} - found == set()
    assert {
        ("learner", name) for name in public - {"account_login", "account_signup"} | learners
    } - found == set()
    assert {("instructor", name) for name in {"course", "lesson", "progress", *staff}} - found == set()
    assert found & {("learner", "admin:index"), ("learner", "labcheck"), ("anonymous", "progress")} == set()


@pytest.mark.heavy
@pytest.mark.browser
def test_two_screens_are_photographed(browser, live_server, world, tmp_path):
    screens = [
        Screen("anonymous", "home", "/"),
        Screen("learner", "lesson", world.here.lesson.get_absolute_url()),
    ]
    folder = tmp_path / "screens"
    take_pictures(browser, live_server, world, screens, folder)
    files = {
        screen.file(scheme, width): width for screen in screens for scheme in SCHEMES for width in WIDTHS
    }
    assert {path.name for path in folder.iterdir()} == {*files, "index.html"}
    page = (folder / "index.html").read_text()
    for name, width in files.items():
        assert struct.unpack(">I", (folder / name).read_bytes()[16:20]) == (width,)
        assert f"src={name}" in page
