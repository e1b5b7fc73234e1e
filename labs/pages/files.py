"""Prepare the files of a pushed state, and its changes since the previous push, for their pages."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from django.http import Http404
from django.urls import reverse

from labs import repository_queries
from labs.feedback_actions import Line
from labs.grader.git.processes import RepositoryError, TooLargeError
from labs.grader.words import count, size, visible
from labs.models import Repository, Submission
from labs.pages.commented_lines import comments_context, read_line
from labs.pages.marked_lines import Marks, clean_text, list_marks, mark_lines, mark_text, marks_of
from labs.queries import teaches_learner_of
from labs.repositories import browsing, differences, graded
from labs.repositories.browsing import Folder, FolderEntry, PushedState
from labs.repositories.differences import ChangedFile
from labs.team_queries import is_own_submission
from lessons.pages.breadcrumb import course_crumbs
from lessons.pages.context import Context
from portal.accounts.models import User

logger = logging.getLogger(__name__)

MAX_PATH = 4096  # characters of a path in an address
KINDS = {"folder": "Folder", "file": "File", "link": "Symbolic link", "submodule": "Submodule"}
TOO_LARGE = "This folder is too large to show. Clone the repository to see it."
TOO_DEEP = "This path is too deep to show. Clone the repository to see it."
UNREADABLE = "We can’t read this repository right now. Your submission is safe. Try again later."
NO_BRANCH = "This push has no branch, so there are no files to show."
NO_EARLIER_PUSH = "There is no earlier push to compare with."
NOT_KEPT = (
    "The portal has no copy of these files. It keeps one of each graded submission that came from a different host: of "
    "the one that counts and the newest for as long as the course, of others for some weeks."
)


@dataclass(frozen=True)
class FolderRow:
    """An entry of a folder; `address` is empty for one that has no page."""

    name: str
    kind: str
    size: str
    address: str


def files_page(submission: Submission, user: User, path: str, line: int = 0) -> Context:
    """Show a folder or a file, with its comments and staff's form below a line. Raises Http404 for an unknown path."""
    if len(path) > MAX_PATH:
        raise Http404

    def comments(text: str, marks: Marks) -> Context:
        is_staff = teaches_learner_of(submission, user)
        return comments_context(submission, path, text, marks, is_staff=is_staff, line=line)

    page = pushed_page(
        submission, user, "Files", lambda state, _: _file_context(submission, state, path, comments)
    )
    names = path.split("/") if path else []
    page["folders"] = [
        (visible(name), _address(submission, "/".join(names[: depth + 1])))
        for depth, name in enumerate(names)
    ]
    return page


def changes_page(submission: Submission, user: User) -> Context:
    return pushed_page(
        submission, user, "Changes", lambda state, before: _changes_context(submission, state, before)
    )


def pushed_page(
    submission: Submission,
    user: User,
    title: str,
    read: Callable[[PushedState, Submission | None], Context],
) -> Context:
    """Return the context of a page of a pushed state, with what `read` finds in it and in the earlier submission."""
    lab = submission.lab
    page = {
        "submission": submission,
        "lab": lab,
        "course": lab.course,
        "title": title,
        "is_own": is_own_submission(submission, user),
        "crumbs": course_crumbs(
            lab.course,
            (lab.title, lab.get_absolute_url()),
            (f"Submission {submission.number}", submission.get_absolute_url()),
            (title, ""),
        ),
    }
    try:
        found = find_copy(submission)
        if found is None:
            return {**page, "unavailable": NOT_KEPT}
        repository, path = found
        before = repository_queries.earlier_push(submission, repository, graded.digests_of(repository))
        page["before"] = before
        if not submission.head:
            return {**page, "unavailable": NO_BRANCH}
        with browsing.open_state(path, submission.head) as state:
            return {**page, **read(state, before)}
    except RepositoryError as error:
        logger.error("submission %s cannot be shown: %s", submission.pk, error)
        return {**page, "unavailable": UNREADABLE}


def find_copy(submission: Submission) -> tuple[Repository, Path] | None:
    """Return a repository that has the submitted state, and its folder. Raises RepositoryError."""
    for repository in repository_queries.repositories_of_state(submission):
        if path := graded.path_of_state(repository, submission.digest):
            return repository, path
    return None


# --- files ----------------------------------------------------------------------------------------------------------


def find_line(submission: Submission, path: str, number: int) -> Line | None:
    """Return a line of a file of a submission to comment on, None if there is no such line to read."""
    if not path or len(path) > MAX_PATH or not submission.head:
        return None
    try:
        found = find_copy(submission)
        if found is None:
            return None
        with browsing.open_state(found[1], submission.head) as state:
            return read_line(state, path, number)
    except RepositoryError as error:
        logger.error("submission %s cannot be read: %s", submission.pk, error)
        return None


def read_files(submission: Submission, paths: Iterable[str]) -> dict[str, list[str]]:
    """Return the lines of text files of a submission by path. What cannot be read is left out."""
    found: dict[str, list[str]] = {}
    try:
        copy = find_copy(submission) if submission.head else None
        if copy is None:
            return found
        with browsing.open_state(copy[1], submission.head) as state:
            for path in paths:
                file = state.at(path)
                if isinstance(file, browsing.File) and file.text is not None:
                    found[path] = clean_text(file.text).split("\n")
    except (RepositoryError, TooLargeError) as error:
        logger.error("submission %s cannot be read: %s", submission.pk, error)
    return found


def line_address(submission: Submission, path: str, number: int) -> str:
    return f"{_address(submission, path)}&line={number}#line-{number}"


def _file_context(
    submission: Submission, state: PushedState, path: str, comments: Callable[[str, Marks], Context]
) -> Context:
    try:
        found = state.at(path)
    except browsing.TooDeepError:
        return {"unavailable": TOO_DEEP}
    except TooLargeError:
        return {"unavailable": TOO_LARGE}
    if found is None:
        raise Http404
    if isinstance(found, Folder):
        return {
            "rows": [_row(submission, path, entry) for entry in found.entries],
            "more": more_words(found),
        }
    text = None if found.text is None else clean_text(found.text)
    marks = marks_of(submission).get(visible(path), {}) if text and not found.is_link else {}
    parts = mark_text(text or "", marks)
    marked = {part.line for part in parts}
    return {
        **(comments(text, marks) if text and not found.is_link else {}),
        "file": found,
        "text": text,
        "parts": parts,
        "marks": [mark for mark in list_marks(marks) if mark[0] in marked],
        "size": "over 1 MB" if found.size is None else size(found.size),
    }


def _row(submission: Submission, folder: str, entry: FolderEntry) -> FolderRow:
    address = ""
    if entry.kind != "submodule":
        address = _address(submission, f"{folder}/{entry.name}" if folder else entry.name)
    shown_size = "" if entry.size is None else size(entry.size)
    return FolderRow(visible(entry.name), KINDS[entry.kind], shown_size, address)


def _address(submission: Submission, path: str) -> str:
    try:
        return f"{reverse('submission_files', args=[submission.public_id])}?path={quote(path)}"
    except UnicodeEncodeError:  # a name that is not UTF-8 cannot be part of a URL
        return ""


def more_words(folder: Folder) -> str:
    hidden = folder.count - len(folder.entries)
    return f"{count(hidden, 'more entry', 'more entries')} not shown." if hidden else ""


# --- changes --------------------------------------------------------------------------------------------------------


def _changes_context(submission: Submission, state: PushedState, before: Submission | None) -> Context:
    if before is None:
        return {"unavailable": NO_EARLIER_PUSH}
    difference = differences.compare(state, before.head)
    shown = len(difference.files)
    if difference.count is None:
        summary = f"Too many files changed to compare. The first {count(shown, 'file')}:"
    else:
        summary = f"{count(difference.count, 'file')} changed."
        if difference.count > shown:
            summary = f"{summary} The first {shown} are shown."
    marks = marks_of(submission)
    files = [_marked_file(submission, file, marks.get(file.path, {})) for file in difference.files]
    return {"files": files, "summary": summary}


def _marked_file(submission: Submission, file: ChangedFile, marks: Marks) -> Context:
    lines = list(mark_lines(file.lines, marks))
    shown = {number for _, number in lines}
    return {
        "file": file,
        "lines": lines,
        "marks": [mark for mark in list_marks(marks) if mark[0] in shown],
        "address": _address(submission, file.path),
    }
