"""Access to uploaded files and images: anyone who may read a text with a file may download it."""

from collections.abc import Callable

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from lessons.models import Attachment, Lesson
from lessons.queries import Visitor, courses_taught, readable_lessons

Use = Callable[[Visitor, str], bool]
USES: list[Use] = []


def register_use(use: Use) -> None:
    """Add the texts of another app: `use(user, token)` returns True if `user` may read one with the file."""
    USES.append(use)


def may_download(user: Visitor, token: str) -> bool:
    """Return True if `user` may read a text that has this file or image. Before one is saved, only staff may."""
    if readable_lessons(user).filter(attachments__token=token, attachments__for_staff=False).exists():
        return True
    if any(use(user, token) for use in USES):
        return True
    if not (user.is_authenticated and user.is_staff):
        return False
    own = Q(attachments__token=token, course__in=courses_taught(user))
    return Lesson.objects.filter(own).exists() or not Attachment.objects.filter(token=token).exists()


def is_public_file(token: str) -> bool:
    """Return True if a lesson that anybody may read has this file or image."""
    return may_download(AnonymousUser(), token)
