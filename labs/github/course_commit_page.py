"""Prepare the list of instructors who commit a course to the repository that it is read from."""

from typing import Any

from django import forms
from django.conf import settings

from labs.github import client, course_commits
from labs.github.course_comparing import challenge_of, is_proved, page_of
from labs.github.course_writing import NOT_INSTALLED
from labs.github.owner_file import NAME
from labs.github.page import app_install_url, owner_file_commands
from labs.models import CourseCommit
from lessons.models import Course, CourseRepository
from lessons.pages.breadcrumb import staff_crumbs
from lessons.pages.context import Context
from lessons.pages.differences import DifferenceLine

MAX_LISTED = 200  # files
MAX_EARLIER = 5


class CommitForm(forms.Form):
    message = forms.CharField(
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The first line is the subject, of at most 72 characters.",
    )
    into = forms.ChoiceField(
        label="Commit to",
        choices=[("branch", ""), ("pull", "a new branch, with a pull request")],
        widget=forms.RadioSelect,
    )

    def clean_message(self) -> str:
        text = "\n".join(line.rstrip() for line in str(self.cleaned_data["message"]).splitlines()).strip()
        subject = text.partition("\n")[0]
        if len(subject) > 72:
            raise forms.ValidationError(
                f"The first line has {len(subject)} characters. Shorten it to 72, and explain below it."
            )
        return text


def obstacle_of(repository: CourseRepository) -> str:
    """Return why nothing can be committed to this repository, "" if it can."""
    if not repository.address.startswith(f"https://{settings.GITHUB_HOST}/"):
        return f"The portal commits only to repositories on {settings.GITHUB_HOST}."
    if not client.has_app():
        return "The portal has no GitHub App. An administrator can create one under “Set up GitHub”."
    return ""


def commit_page(course: Course, path: str, form: CommitForm | None = None) -> Context:
    """Return the context for a course; `path` is that of the page, and `form` was refused."""
    repository = CourseRepository.objects.filter(course=course).first()
    rows = course_commits.newest_of(course) if repository else []
    row = rows[0] if rows else None
    context: Context = {
        "course": course,
        "crumbs": staff_crumbs(course, ("Commit", path)),
        "repository": repository,
        "obstacle": obstacle_of(repository) if repository else "",
        "row": row,
        "earlier": [each for each in rows[1:] if each.message][:MAX_EARLIER],
        "changes": _changes(row) if row else [],
        "left_out": max(0, len(row.changes) - MAX_LISTED) if row else 0,
        "form": form or CommitForm(initial={"message": f"Update {course.title}"[:72], "into": "branch"}),
        "app_install": app_install_url() if row and row.note == NOT_INSTALLED else "",
    }
    if repository and not is_proved(repository):
        context["proof"] = _proof(repository)
    return context


def _changes(row: CourseCommit) -> list[dict[str, Any]]:
    return [
        {**each, "lines": [DifferenceLine(*line) for line in each["lines"]]}
        for each in row.changes[:MAX_LISTED]
    ]


def _proof(repository: CourseRepository) -> dict[str, str]:
    content, address = challenge_of(repository), f"{page_of(repository)}.git"
    commands, afterwards = owner_file_commands(content, address)
    return {"name": NAME, "commands": commands, "afterwards": afterwards}
