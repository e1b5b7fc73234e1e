"""Import quizzes from the formats of other systems, and export them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from django.core.files.storage import default_storage
from django.db import transaction
from django.urls import reverse

from lessons import actions
from lessons.authoring import free_quiz_slug, next_position
from lessons.images import FOLDER, ImageRefusedError, encode_image, store_encoded
from lessons.links import PICTURE
from lessons.models import Course, Lesson, Quiz, Session
from lessons.models.course import LESSON_TEXTS, RESERVED_SLUGS
from lessons.quizzes import parse
from lessons.quizzes.formats import Exported, Imported, Part, export_quiz
from lessons.slugs import free_slug, slug_of
from lessons.texts.problem import Problem
from portal.accounts.models import User

MAX_IMAGES = 200
IMAGE = re.compile(r"!\[((?:[^\]\\]|\\.)*)\]\(imported:([0-9a-f]{16}\.[a-z]{3,4})\)")
STORED = re.compile(r"\]\((?:imported:[^()\s]*|/media/images/[^()\s]*)\)")
Encoded = dict[str, tuple[str, bytes]]  # by the name in the import: the ending and the data


class CannotImportError(Exception):
    """The quiz cannot be stored there; the message says why and what to do. Nothing was stored."""


@dataclass(frozen=True)
class Stored:
    """A quiz after an import; `is_changed` is False if it was already the same."""

    quiz: Quiz
    is_changed: bool


def check_images(imported: Imported) -> tuple[Imported, Encoded]:
    """Return the import without images that the portal refuses, which become losses, and the others, encoded."""
    encoded: Encoded = {}
    losses = []
    for name, data in imported.images.items():
        try:
            if len(encoded) == MAX_IMAGES:
                raise ImageRefusedError(
                    f"A file can include {MAX_IMAGES} images. Upload the others in the editor."
                )
            encoded[name] = encode_image(data)
        except ImageRefusedError as error:
            losses.append(Problem(1, "", f"The image {name} was left out. {error}"))
    parts = tuple(replace(part, source=_without_images(part.source, encoded)) for part in imported.parts)
    return replace(imported, parts=parts, losses=(*losses, *imported.losses)), encoded


def _without_images(source: str, kept: Encoded) -> str:
    return IMAGE.sub(lambda found: found[0] if found[2] in kept else found[1], source)


@transaction.atomic
def save_import(
    *,
    imported: Imported,
    images: Encoded,
    by: User | None,
    session: Session | None = None,
    lesson: Lesson | None = None,
    may_replace: bool = False,
) -> list[Stored]:
    """Store the quizzes as drafts, all or none: in a draft lesson, or each in a new one of a session.

    Takes what `check_images` returned. A lesson that an earlier import of the same file made is used again. Raises
    CannotImportError.
    """
    if lesson is not None:
        if len(imported.parts) > 1:
            count = len(imported.questions)
            raise CannotImportError(
                f"{count:,} questions are too many for one quiz. Choose a session to save"
                f" {len(imported.parts)} draft lessons with a quiz each."
            )
        return [_save(imported.parts[0], lesson, images, by, may_replace)]
    if session is None:
        raise CannotImportError("Choose a draft lesson, or a session for a new one.")
    return [_save(part, lesson_for(part, session, by), images, by, may_replace) for part in imported.parts]


def lesson_for(part: Part, session: Session, by: User | None) -> Lesson:
    """Return the lesson that has this quiz already, else a new draft."""
    slug = slug_of(part.title, "quiz")
    taken = {
        each.slug: each
        for each in session.course.lessons.filter(slug__startswith=slug).select_related("quiz")
    }
    named = re.compile(rf"{re.escape(slug)}(?:-[0-9]+)?")
    own = [each for each in taken.values() if named.fullmatch(each.slug) and hasattr(each, "quiz")]
    same = [each for each in own if is_same(each.quiz.source, part.source)]
    drafts = [each for each in own if each.status == Lesson.Status.DRAFT]
    if same or drafts:
        return (same or drafts)[0]
    lesson = Lesson(
        course=session.course,
        session=session,
        slug=free_slug(slug, RESERVED_SLUGS | taken.keys()),
        title=part.title,
        status=Lesson.Status.DRAFT,
    )
    lesson.position = next_position(lesson)
    lesson._history_user = by  # type: ignore[attr-defined]  # simple-history's way
    return actions.save_lesson(lesson=lesson)


def _save(part: Part, lesson: Lesson, images: Encoded, by: User | None, may_replace: bool) -> Stored:
    quiz = getattr(lesson, "quiz", None)
    if quiz is not None and is_same(quiz.source, part.source):
        return Stored(quiz, is_changed=False)
    if not lesson.is_draft:
        raise CannotImportError(
            f"“{lesson}” is published or scheduled. Choose a draft lesson, or make this one a draft first."
        )
    if quiz is not None and not may_replace:
        raise CannotImportError(f"“{lesson}” has a quiz. Allow replacing it; its history keeps the old text.")
    quiz = quiz or Quiz(course=lesson.course, lesson=lesson, slug=free_quiz_slug(lesson))
    quiz.source = _with_images(part.source, images)
    quiz._history_user = by  # type: ignore[union-attr]  # simple-history's way
    return Stored(actions.save_quiz(quiz=quiz), is_changed=True)


def is_same(stored: str, source: str) -> bool:
    """Compare two quizzes, ignoring the names of stored images, which are random."""
    return STORED.sub("]()", stored) == STORED.sub("]()", source)


def _with_images(source: str, images: Encoded) -> str:
    used = {found[2] for found in IMAGE.finditer(source)}
    stored = {name: reverse("lesson_image", args=[store_encoded(*images[name])]) for name in sorted(used)}
    return IMAGE.sub(lambda found: f"![{found[1]}]({stored[found[2]]})", source)


def show_images_as_words(source: str) -> str:
    """Replace images by their alternative texts, for a preview before the images are stored."""
    return IMAGE.sub(lambda found: f"(Picture: {found[1] or 'without alternative text'})", source)


def draft_lessons(course: Course) -> Sequence[Lesson]:
    """Return the lessons that an import can fill, each with its quiz if it has one."""
    return list(
        Lesson.objects.filter(course=course, status=Lesson.Status.DRAFT)
        .in_order()
        .select_related("quiz", "session", "course")
        .defer(*LESSON_TEXTS, "quiz__source")
    )


def export_of(quiz: Quiz, name: str) -> Exported:
    """Return a quiz in one of the formats in EXPORTS. Raises QuizSyntaxError for a draft with problems."""
    return exports_of(quiz, [name])[name]


def exports_of(quiz: Quiz, names: Iterable[str]) -> dict[str, Exported]:
    """Return a quiz in several of these formats. Raises QuizSyntaxError as `export_of` does."""
    parsed, images = parse(quiz.source, stored=True), read_images(quiz.source)
    return {name: export_quiz(parsed, name, images) for name in names}


def read_images(source: str) -> dict[str, bytes]:
    """Return the images that are stored here, by their address in the Markdown."""
    found = {}
    for match in PICTURE.finditer(source):
        path = f"{FOLDER}/{match[1]}"
        if default_storage.exists(path):
            with default_storage.open(path) as file:
                found[match[0]] = file.read()
    return found


def describe(stored: Sequence[Stored]) -> Iterator[str]:
    for one in stored:
        version = one.quiz.current
        count = f"{version.question_count} questions" if version else "with problems, see its page"
        yield f"{one.quiz} ({one.quiz.slug}): {count}{'' if one.is_changed else ', unchanged'}"
