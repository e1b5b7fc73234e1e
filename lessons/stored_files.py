"""Remove uploaded images and files that no text has any more, 30 days after the last one did.

So long can a deleted text be restored. Each app registers its texts. `UnusedFile` remembers since when a file is not
used; saving a lesson removes the row, so that a file cannot be removed while a text with it is being saved.
"""

import logging
import re
from collections.abc import Iterator

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Model, TextField
from django.utils import timezone

from lessons import attachments, images
from lessons.models import (
    Course,
    Lesson,
    LoadedFile,
    Meeting,
    ModelDraft,
    Notes,
    NotesLesson,
    Quiz,
    QuizVersion,
    Session,
    Snippet,
    UnusedFile,
)
from lessons.models.deletion import KEPT_FOR

logger = logging.getLogger(__name__)
TOKEN = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
BATCH = 500
TEXTS: list[tuple[type[Model], str]] = []


def register_texts(model: type[Model], *fields: str) -> None:
    """Keep the files whose tokens are in these fields, which are text or JSON."""
    TEXTS.extend((model, field) for field in fields)


def register_own() -> None:
    register_texts(Course, "summary")
    register_texts(Session, "summary", "prepare")
    register_texts(Lesson, "summary", "source", "html", "staff_html")
    register_texts(LoadedFile, "text")
    register_texts(Quiz, "source")
    register_texts(QuizVersion, "source")
    register_texts(Snippet, "text")
    register_texts(Notes, "pictures")
    register_texts(NotesLesson, "markdown", "questions")
    register_texts(ModelDraft, "text", "items")
    register_texts(Meeting, "notes")


def remove_unused() -> int:
    """Mark what is not used, and remove what is marked for 30 days. Return how many files were removed."""
    used = set(_tokens_in_texts())
    unused = {path for path in _stored_paths() if _token_of(path) not in used}
    known = dict(UnusedFile.objects.values_list("path", "pk"))
    _forget([key for path, key in known.items() if path not in unused])
    rows = [UnusedFile(path=path, token=_token_of(path)) for path in sorted(unused - known.keys())]
    UnusedFile.objects.bulk_create(rows, ignore_conflicts=True, batch_size=BATCH)
    old = list(UnusedFile.objects.filter(since__lte=timezone.now() - KEPT_FOR).values_list("pk", flat=True))
    return sum(_remove(old[start : start + BATCH]) for start in range(0, len(old), BATCH))


def _forget(keys: list[int]) -> None:
    for start in range(0, len(keys), BATCH):
        UnusedFile.objects.filter(pk__in=keys[start : start + BATCH]).delete()


def _tokens_in_texts() -> Iterator[str]:
    for model, field in TEXTS:
        rows = model._base_manager.order_by().values_list(field, flat=True)
        if isinstance(model._meta.get_field(field), TextField):
            rows = rows.filter(**{f"{field}__contains": "/media/"})
        for value in rows.iterator(chunk_size=100):
            yield from TOKEN.findall(str(value))


def _token_of(path: str) -> str:
    found = TOKEN.search(path)
    return found[0] if found else ""


def _stored_paths() -> Iterator[str]:
    for name in _list(images.FOLDER)[1]:
        if _token_of(name):
            yield f"{images.FOLDER}/{name}"
    for token in _list(attachments.FOLDER)[0]:
        for name in _list(f"{attachments.FOLDER}/{token}")[1] if _token_of(token) else ():
            yield f"{attachments.FOLDER}/{token}/{name}"


def _list(folder: str) -> tuple[list[str], list[str]]:
    try:
        return default_storage.listdir(folder)
    except FileNotFoundError:
        return [], []


def _remove(keys: list[int]) -> int:
    # A save that names a file deletes its row as well: of the two, one waits for the other.
    with transaction.atomic():
        rows = list(UnusedFile.objects.select_for_update().filter(pk__in=keys))
        used = set(_tokens_in_texts())
        gone = [row.path for row in rows if row.token not in used]
        UnusedFile.objects.filter(pk__in=keys).delete()
        for path in gone:
            default_storage.delete(path)
            if path.startswith(f"{attachments.FOLDER}/"):
                default_storage.delete(path.rpartition("/")[0])
    for path in gone:
        logger.info("%s removed: no text has had it for %d days", path, KEPT_FOR.days)
    return len(gone)
