"""A copy of one's data: complete, readable, bounded, and for its owner only."""

import io
import json
import subprocess
import zipfile
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.audit import Event, record
from portal.notices.models import Notice
from portal.progress.models import DataExport
from portal.progress.own_data import exporting
from portal.progress.own_data.account_parts import ACCOUNT_PARTS
from tests.factories import make_user
from tests.own_data.people import EMAIL, GITHUB, NAME


def archives_of(user):
    client = Client()
    client.force_login(user)
    export = DataExport.objects.filter(user=user, state="ready").first()
    found = {}
    for number, part in enumerate(export.parts, start=1):
        answer = client.get(reverse("own_data_part", args=[export.pk, number]))
        assert answer["Content-Disposition"] == f'attachment; filename="{part["name"]}"'
        found[part["name"]] = zipfile.ZipFile(io.BytesIO(answer.getvalue()))
    return found


def test_copy_has_everything_and_nothing_of_others(busy, tmp_path):
    archives = archives_of(busy.learner.user)
    data = json.loads(archives["data-1.zip"].read("data.json"))
    sections = {section["id"]: section["rows"] for section in data["sections"]}
    assert data["format"] == "portal-own-data" and sections["account"][0]["email"] == EMAIL
    filled = {
        *("email-addresses", "linked-accounts", "second-factors", "access-tokens", "notices", "courses"),
        *(
            "lessons",
            "checklists",
            "attempts-at-quizzes",
            "answers-at-quizzes",
            "submissions",
            "received-pushes",
        ),
        *("results-of-submissions", "comments-on-submissions", "scores-given-by-staff", "certificates"),
        *(
            "questions-about-grades",
            "questions-and-requests-for-help",
            "messages",
            "record-of-actions-about-you",
        ),
    }
    assert {name for name in filled if not sections[name]} == set()
    assert {row["thread__title"] for row in sections["messages"]} >= {busy.thread.title, f"Of {NAME}"}
    assert f"Dear {NAME}: look again." in {row["text"] for row in sections["messages"]}
    text = json.dumps(data)
    assert busy.instructor.email not in text and "digest" not in sections["access-tokens"][0]
    bundles = archives["repositories-1.zip"]
    bundle = tmp_path / "work.bundle"
    bundle.write_bytes(bundles.read(bundles.namelist()[0]))
    subprocess.run(["git", "clone", "--quiet", bundle, tmp_path / "cloned"], check=True, capture_output=True)
    assert (tmp_path / "cloned" / f"{GITHUB}.txt").exists()
    assert sum(name.endswith(".pdf") for name in archives["data-1.zip"].namelist()) == 1


def test_pages_of_a_copy_are_escaped_and_link_to_each_other(busy):
    archive = archives_of(busy.learner.user)["data-1.zip"]
    pages = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".html")}
    assert "Zéphyrine O&#x27;Quark" in pages["html/account.html"]
    assert all("<script" not in page and "http://" not in page.lower() for page in pages.values())
    assert all(f'href="{name}"' in pages["index.html"] for name in pages if name != "index.html")


@pytest.mark.parametrize("who", ["instructor", "administrator", "other"])
def test_nobody_else_can_download_a_copy(busy, who):
    export = DataExport.objects.get()
    people = {
        "instructor": busy.instructor,
        "administrator": make_user(is_staff=True, is_superuser=True),
        "other": make_user(),
    }
    client = Client()
    client.force_login(people[who])
    assert client.get(reverse("own_data_part", args=[export.pk, 1])).status_code == 404


def test_copies_are_made_one_at_a_time_and_three_a_day(busy):
    user = busy.learner.user
    first = exporting.ask_for_export(user=user)
    assert exporting.ask_for_export(user=user) == first
    DataExport.objects.update(state="ready")
    exporting.ask_for_export(user=user)
    DataExport.objects.update(state="ready")
    with pytest.raises(exporting.CannotExportError, match="Ask again on"):
        exporting.ask_for_export(user=user)


def test_our_fault_is_tried_again_and_then_told(busy, monkeypatch):
    user = busy.learner.user
    export = exporting.ask_for_export(user=user)

    def fail(*args):
        raise OSError("no room")

    with monkeypatch.context() as patched:
        patched.setattr(exporting, "write_export", fail)
        for _ in range(exporting.MAX_TRIES):
            assert exporting.make_next()
            DataExport.objects.filter(pk=export.pk).update(leased_until=None)
    assert exporting.make_next() and not exporting.make_next()
    export.refresh_from_db()
    assert export.state == "failed" and not (exporting.export_root() / export.folder).exists()
    assert Notice.objects.filter(user=user, text__startswith="We could not prepare").exists()
    assert exporting.ask_for_export(user=user) != export


def test_parts_stay_below_their_limits(busy, settings):
    settings.EXPORT_MAX_BYTES = 1 << 20
    user = busy.learner.user
    folder = exporting.export_root() / "limits"
    folder.mkdir()
    settings.EXPORT_PART_BYTES = 1
    names = [part["name"] for part in exporting.write_export(user, folder)]
    assert names == ["data-1.zip", "data-2.zip", "data-3.zip", "repositories-1.zip"]
    with pytest.raises(exporting.TooLargeError):
        settings.EXPORT_MAX_BYTES = 1000
        exporting.write_export(user, folder)


def test_old_copies_and_lost_folders_are_removed(busy):
    (exporting.export_root() / "lost").mkdir()
    exporting.remove_old_exports()
    export = DataExport.objects.get()
    assert [path.name for path in exporting.export_root().iterdir()] == [export.folder]
    DataExport.objects.update(asked_at=timezone.now() - timedelta(days=8))
    exporting.remove_old_exports()
    assert not DataExport.objects.exists() and not list(exporting.export_root().iterdir())


def test_record_of_actions_has_no_entries_and_no_address_of_others(db):
    user, staff = make_user("ann@example.org"), make_user("staff@example.org")
    for what in ("team 1 for Lab: ann@example.org, mate@example.org", "joann@example.org moved",
                 "ann@example.org.0a1b2c.unconfirmed.invalid joined", "ann@example.org moved"):  # fmt: skip
        record(Event.JOINING, what, user=staff)
    own, about = (part for part in ACCOUNT_PARTS if part.model == "accounts.AuditEntry")
    assert [row["what"] for row in about.values(user)] == [
        "team 1 for Lab: ann@example.org, (another person)",
        "ann@example.org moved",
    ]
    assert all("mate@" not in row["what"] for row in own.values(staff))
