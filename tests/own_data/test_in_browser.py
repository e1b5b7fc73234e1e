"""The pages of one's own data: accessible, narrow and wide, and without JavaScript. A copy opens from its files."""

import os
import zipfile

import pytest

from portal.accounts.models import User
from portal.progress.models import Certificate, DataExport
from portal.progress.own_data import exporting, leaving
from tests.browsing import LOOKS, axe_violations, open_context, small_dark, widens
from tests.certificates.examples import CONTENT
from tests.factories import make_learner

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def take_picture(page, name):
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/own-{name}.png", full_page=True)


@pytest.mark.heavy
@pytest.mark.parametrize("look", LOOKS)
def test_pages_are_accessible_and_fit(browser, live_server, settings, tmp_path, look):
    settings.EXPORT_ROOT = tmp_path
    learner = make_learner(name="Learner A")
    user = learner.user
    user.set_unusable_password()
    user.save()
    Certificate.objects.create(enrollment=learner, name="Learner A", content=CONTENT)
    export = exporting.ask_for_export(user=user)
    assert exporting.make_next()
    exporting.ask_for_export(user=user)
    context = open_context(browser, live_server, user, **look())
    page = context.new_page()
    found = {}
    for name, address in {"data": "/account/data/", "delete": "/account/delete/"}.items():
        page.goto(address)
        take_picture(page, f"{name}-{look.__name__}")
        found[name] = (axe_violations(page), widens(page))
    leaving.ask_to_leave(user=user, by=user)
    for name, address in {"leaving": "/account/delete/", "home": "/"}.items():
        page.goto(address)
        take_picture(page, f"{name}-{look.__name__}")
        found[name] = (axe_violations(page), widens(page))
    archive = exporting.get_part(user, export.pk, 1)
    zipfile.ZipFile(archive).extractall(tmp_path / "opened")
    for name in ("index", "html/account"):
        page.goto(f"file://{tmp_path}/opened/{name}.html")
        take_picture(page, f"copy-{name.replace('/', '-')}-{look.__name__}")
        found[name] = (axe_violations(page), widens(page))
    assert found == dict.fromkeys(found, ([], False))
    context.close()


@pytest.mark.heavy
def test_person_asks_for_a_copy_and_leaves_without_script(browser, live_server):
    user = make_learner().user
    user.set_password("correct horse battery")
    user.save()
    context = open_context(browser, live_server, user, **small_dark(java_script_enabled=False))
    page = context.new_page()
    page.goto("/account/settings/")
    page.get_by_role("link", name="Download your data").click()
    page.get_by_role("button", name="Prepare a copy").click()
    page.get_by_text("We’re preparing a copy of your data.").wait_for()
    assert DataExport.objects.get().user == user
    page.goto("/account/settings/")
    page.get_by_role("link", name="Delete your account").click()
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("I understand").check()
    page.get_by_role("button", name="Delete my account").click()
    page.get_by_role("heading", name="Your account will be deleted").wait_for()
    assert User.objects.get(pk=user.pk).leaves_at
    page.goto("/")
    page.get_by_role("button", name="Keep my account").click()
    page.get_by_text("Your account will not be deleted.").wait_for()
    assert User.objects.get(pk=user.pk).leaves_at is None
    context.close()
