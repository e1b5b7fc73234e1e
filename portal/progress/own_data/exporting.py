"""Copies of everything that the portal has about a person. Asked for in a request, made by a worker, kept for days."""

import logging
import shutil
import tempfile
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from celery import signature
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from labs.models import Repository
from labs.repositories.archive import write_bundle
from lessons import leases
from portal.accounts.audit import Event, record
from portal.accounts.models import User
from portal.broker import send
from portal.notices.actions import notify
from portal.progress.certificates.badges import sign_badge
from portal.progress.certificates.fonts import NoFontError
from portal.progress.certificates.pdf import to_pdf
from portal.progress.models import Certificate, DataExport
from portal.progress.own_data.documents import pages_with_rows, write_json, write_page
from portal.progress.own_data.zips import TooLargeError, ZipParts

logger = logging.getLogger(__name__)
State = DataExport.State
TASK = "portal.progress.tasks.make_exports"
LEASE = timedelta(minutes=7)  # more than the time limit of the task
MAX_TRIES = 3
MAX_A_DAY = 3
DAY = timedelta(days=1)
STYLE = "own_data/style.css"


class CannotExportError(Exception):
    """The copy is not made; the message says when it can be."""


def export_root() -> Path:
    return Path(settings.EXPORT_ROOT)


def ask_for_export(*, user: User) -> DataExport:
    """Queue a copy; one that is under way is returned instead. Raises CannotExportError."""
    own = DataExport.objects.filter(user=user)
    recent = own.filter(asked_at__gt=timezone.now() - DAY).exclude(state=State.FAILED)
    if waiting := recent.filter(state__in=(State.WAITING, State.RUNNING)).first():
        return waiting
    if recent.count() >= MAX_A_DAY:
        again = recent.order_by("asked_at")[0].asked_at + DAY
        raise CannotExportError(f"You had {MAX_A_DAY} copies in 24 hours. Ask again {_format_time(again)}.")
    try:
        with transaction.atomic():
            export = DataExport.objects.create(user=user)
            record(Event.OWN_DATA, "asked for a copy of their data", user=user)
            transaction.on_commit(lambda: send(signature(TASK)), robust=True)
    except IntegrityError:  # two requests at the same moment
        return own.get(state__in=(State.WAITING, State.RUNNING))
    return export


def _format_time(time: datetime) -> str:
    return f"on {timezone.localtime(time):%-d %B at %H:%M}"


# Any: values of a template
def context_for(user: User) -> dict[str, Any]:
    """Return the content of the page: the copies of a person, newest first, and if they may ask for another."""
    exports = list(DataExport.objects.filter(user=user)[: MAX_A_DAY * settings.EXPORT_DAYS])
    return {
        "exports": exports,
        "is_waiting": any(each.is_under_way for each in exports),
        "days": settings.EXPORT_DAYS,
        "expiry": timedelta(days=settings.EXPORT_DAYS),
    }


def get_part(user: User, export: int, number: int) -> Path | None:
    """Return a ZIP file of one's own copy, None for any other."""
    row = DataExport.objects.filter(user=user, pk=export, state=State.READY).first()
    if row is None or not 0 < number <= len(row.parts):
        return None
    path = export_root() / row.folder / row.parts[number - 1]["name"]
    return path if path.is_file() else None


# --- the worker's side ----------------------------------------------------------------------------------------------


def list_waiting() -> QuerySet[DataExport]:
    """Return the copies to make: queued, or of a worker that died."""
    return leases.free(DataExport.objects.filter(state__in=(State.WAITING, State.RUNNING))).order_by("pk")


def make_next() -> bool:
    """Make the copy that has waited longest. Return False if none waits."""
    row = list_waiting().select_related("user").first()
    if row is None:
        return False
    if row.tries >= MAX_TRIES:
        _end(
            row,
            row.tries,
            State.FAILED,
            "We could not prepare a copy of your data. Ask for it again, or write to us.",
        )
    elif leases.take(list_waiting(), pk=row.pk, tries=row.tries, lease=LEASE, state=State.RUNNING):
        _make(row)
    return True


def _make(row: DataExport) -> None:
    folder = export_root() / row.folder
    try:
        shutil.rmtree(folder, ignore_errors=True)  # of a worker that died
        folder.mkdir(parents=True, mode=0o700)
        if shutil.disk_usage(folder).free < settings.DISK_RESERVE_BYTES:
            raise OSError("no room for an export")
        parts = write_export(row.user, folder)
    except Exception:  # our fault: the lease runs out, and another try follows
        logger.exception("export %s of user %s failed", row.pk, row.user_id)
        shutil.rmtree(folder, ignore_errors=True)
        return
    DataExport.objects.filter(pk=row.pk, tries=row.tries + 1).update(parts=parts)
    _end(
        row,
        row.tries + 1,
        State.READY,
        f"The copy of your data is ready. Download it within {settings.EXPORT_DAYS} days.",
    )


@transaction.atomic
def _end(row: DataExport, tries: int, state: str, text: str) -> None:
    own = DataExport.objects.filter(pk=row.pk, tries=tries, state__in=(State.WAITING, State.RUNNING))
    if own.update(state=state, ready_at=timezone.now(), leased_until=None):
        notify(user=row.user, kind="account", text=text, link=reverse("own_data"), at_once=True)


def remove_old_exports() -> None:
    """Remove copies after their days, and folders that no row names."""
    oldest = timezone.now() - timedelta(days=settings.EXPORT_DAYS)
    old = DataExport.objects.filter(asked_at__lt=oldest).exclude(state__in=(State.WAITING, State.RUNNING))
    for row in old:
        shutil.rmtree(export_root() / row.folder, ignore_errors=True)
        row.delete()
    if export_root().is_dir():
        there = {path.name for path in export_root().iterdir() if path.is_dir()}
        for name in there - set(DataExport.objects.filter(folder__in=there).values_list("folder", flat=True)):
            shutil.rmtree(export_root() / name, ignore_errors=True)


# --- the files ------------------------------------------------------------------------------------------------------


# Any: JSON
def write_export(user: User, folder: Path) -> list[dict[str, Any]]:
    """Write the ZIP files of a copy, and return their names and sizes. Raises TooLargeError for the documents."""
    limits = {"part_bytes": settings.EXPORT_PART_BYTES, "max_bytes": settings.EXPORT_MAX_BYTES}
    repositories = ZipParts(folder, "repositories", **limits)
    lines = _add_repositories(user, repositories)
    repositories.close()
    documents = ZipParts(folder, "data", **limits)
    _add_documents(user, documents, lines)
    documents.close()
    return [
        {"name": path.name, "bytes": path.stat().st_size} for path in (*documents.paths, *repositories.paths)
    ]


def _add_repositories(user: User, parts: ZipParts) -> list[tuple[str, str]]:
    # for each repository its lab, and the name of its bundle or why it is not there
    lines = []
    rows = Repository.objects.filter(enrollment__user=user).select_related("lab", "course", "enrollment")
    for repository in rows.order_by("pk"):
        name = f"{repository.course.slug}-{repository.lab.slug}-{repository.folder or repository.pk}.bundle"
        with tempfile.TemporaryFile(dir=parts.folder) as bundle:
            problem = write_bundle(repository, bundle)
            try:
                if not problem:
                    parts.add(name, bundle)
            except TooLargeError:
                problem = "not included: the copy is full"
        lines.append((f"{repository.course}: {repository.lab}", problem or f"{parts.paths[-1].name}: {name}"))
    return lines


def _add_documents(user: User, parts: ZipParts, lines: list[tuple[str, str]]) -> None:
    with parts.entry("data.json") as target:
        counts = write_json(user, target)
    own = list(pages_with_rows(counts))
    for part in own:
        with parts.entry(f"html/{part.key}.html") as target:
            write_page(part, user, target)
    certificates = _add_certificates(user, parts)
    sections = [(part, counts[part.key]) for part in own]
    context = {"user": user, "sections": sections, "repositories": lines, "certificates": certificates}
    index = render_to_string("own_data/index.html", {**context, "made_at": timezone.now()})
    with parts.entry("index.html") as target:
        target.write(index.encode("utf-8", "replace"))
    with parts.entry("html/style.css") as target:
        target.write(render_to_string(STYLE).encode())


def _add_certificates(user: User, parts: ZipParts) -> list[str]:
    names = []
    for row in Certificate.objects.filter(enrollment__user=user).select_related("enrollment__user"):
        files = {f"certificates/{row.number}.jwt": sign_badge(row).encode()}
        try:
            files[f"certificates/{row.number}.pdf"] = to_pdf(row)
        except NoFontError:
            logger.warning("certificate %s is exported without a PDF: a font is missing", row.pk)
        for name, content in sorted(files.items()):
            parts.add(name, BytesIO(content))
            names.append(name)
    return names
