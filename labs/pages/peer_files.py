"""The files and commits of a work as its reviewer sees them: without the names and addresses of the author."""

import logging
from collections.abc import Callable
from dataclasses import replace

from django.http import Http404
from django.urls import reverse
from django.utils.crypto import salted_hmac

from labs.feedback_actions import Line
from labs.grader.git.processes import RepositoryError, TooLargeError
from labs.grader.words import cut, size, visible
from labs.models import PeerReview, ReviewNote
from labs.pages.commented_lines import AROUND, MAX_LINES, MAX_LINKED, MAX_WIDTH, CodeLine
from labs.pages.commit_log import log_context
from labs.pages.files import (
    KINDS,
    NOT_KEPT,
    TOO_DEEP,
    TOO_LARGE,
    UNREADABLE,
    FolderRow,
    find_copy,
    more_words,
)
from labs.pages.marked_lines import clean_text, split_lines
from labs.peer_review.owners import users_of
from labs.peer_review.veil import Veil, names_of
from labs.repositories import browsing
from labs.repositories.browsing import MAX_DEPTH, File, Folder, FolderEntry, PushedState
from labs.repositories.commit_log import CommitLog, read_log
from lessons.pages.context import Context

logger = logging.getLogger(__name__)
SERVICES = {"GitHub", "noreply@github.com"}  # committers of changes made on the website: not a person


def files_context(review: PeerReview, at: str, line: int, *, may_write: bool) -> Context:
    """Return a folder or a file of the work. `at` is its place, see `place_of`. Raises Http404 for an unknown one."""

    def read(state: PushedState, log: CommitLog, veil: Veil) -> Context:
        path = _path_at(review, state, at)
        names = path.split("/") if path else []
        above = ["/".join(names[: depth + 1]) for depth in range(len(names))]
        folders = [
            (veil(visible(name)), _address(review, each)) for name, each in zip(names, above, strict=True)
        ]
        found = _entry_context(review, state.at(path), path, line, veil, may_write=may_write)
        return {**found, "folders": folders}

    return {**_read(review, read), "at": at}


def history_context(review: PeerReview) -> Context:
    def read(state: PushedState, log: CommitLog, veil: Veil) -> Context:
        return log_context(review.work.submission, _hide_names(log, veil))

    return _read(review, read)


def find_line(review: PeerReview, at: str, number: int) -> Line | None:
    """Return a line with veiled lines around it, None if the file has no such line or cannot be shown."""

    def read(state: PushedState, log: CommitLog, veil: Veil) -> Context:
        path = _path_at(review, state, at)
        found = state.at(path)
        if not isinstance(found, File) or found.is_link:
            return {}
        return {"path": path, "lines": split_lines(veil(clean_text(found.text or "")))}

    try:
        page = _read(review, read)
    except Http404:
        return None
    lines: list[str] = page.get("lines", [])
    if not 0 < number <= len(lines):
        return None
    first, last = max(0, number - 1 - AROUND), min(len(lines), number + AROUND)
    excerpt = [(n + 1, cut(lines[n].rstrip("\n"), MAX_WIDTH)) for n in range(first, last)]
    return Line(page["path"], number, excerpt)


# --- places ----------------------------------------------------------------------------------------------------------


def place_of(review: PeerReview, path: str) -> str:
    """Return the place of a path in addresses: a token for each name, because file names may name their author."""
    return "/".join(_token(review, name) for name in path.split("/")) if path else ""


def _token(review: PeerReview, name: str) -> str:
    # names that are not UTF-8 have surrogates
    value = f"{review.public_id} {name.encode('utf-8', 'surrogatepass').hex()}"
    return salted_hmac("labs.pages.peer_files", value, algorithm="sha256").hexdigest()[:12]


def _path_at(review: PeerReview, state: PushedState, at: str) -> str:
    names: list[str] = []
    tokens = at.split("/") if at else []
    if len(tokens) > MAX_DEPTH:
        raise Http404
    for token in tokens:
        folder = state.at("/".join(names))
        entries = folder.entries if isinstance(folder, Folder) else []
        name = next((each.name for each in entries if _token(review, each.name) == token), None)
        if name is None:
            raise Http404
        names.append(name)
    return "/".join(names)


def _read(review: PeerReview, read: Callable[[PushedState, CommitLog, Veil], Context]) -> Context:
    submission = review.work.submission
    try:
        found = find_copy(submission)
        if found is None:
            return {"unavailable": NOT_KEPT}
        with browsing.open_state(found[1], submission.head) as state:
            log = read_log(state, submission.receipt.refs)
            veil = _veil_of(review, log)
            return read(state, log, veil)
    except browsing.TooDeepError:
        return {"unavailable": TOO_DEEP}
    except TooLargeError:
        return {"unavailable": TOO_LARGE}
    except RepositoryError as error:
        logger.error("submission %s cannot be shown to a reviewer: %s", submission.pk, error)
        return {"unavailable": UNREADABLE}


def _veil_of(review: PeerReview, log: CommitLog) -> Veil:
    repository = review.work.submission.receipt.repository
    names = [repository.owner or ""]
    for user in users_of(review.work.submission):
        names += names_of(full_name=user.name, email=user.email, accounts=[user.github_name])
    for commit in log.commits:
        if commit.author not in SERVICES:
            names += names_of(full_name=commit.author, email=commit.email)
    return Veil(name for name in names if name not in SERVICES)


def _hide_names(log: CommitLog, veil: Veil) -> CommitLog:
    commits = [
        replace(
            each,
            author="",
            email="",
            subject=veil(each.subject),
            refs=tuple(veil(name) for name in each.refs),
        )
        for each in log.commits
    ]
    return replace(log, commits=commits)


# --- files -----------------------------------------------------------------------------------------------------------


def _entry_context(
    review: PeerReview, found: Folder | File | None, path: str, line: int, veil: Veil, *, may_write: bool
) -> Context:
    if found is None:
        raise Http404
    if isinstance(found, Folder):
        rows = [_row(review, path, entry, veil) for entry in found.entries]
        return {"rows": rows, "more": more_words(found)}
    shown = {"file": found, "size": "over 1 MB" if found.size is None else size(found.size)}
    if found.text is None:
        return shown
    text = veil(clean_text(found.text))
    lines = [] if found.is_link else split_lines(text)
    is_numbered = 0 < len(lines) <= MAX_LINES
    return {
        **shown,
        "text": text,
        "segments": _segments(review, path, lines, line if may_write else 0) if is_numbered else [],
        "may_comment": may_write and is_numbered,
        "has_links": may_write and len(lines) <= MAX_LINKED,
        "asked_line": line if 0 < line <= len(lines) else 0,
    }


def _segments(review: PeerReview, path: str, lines: list[str], asked: int) -> list[Context]:
    notes: dict[int, list[ReviewNote]] = {}
    for note in review.notes.filter(path=path):
        notes.setdefault(note.line, []).append(note)
    found, start = [], 0
    for end in sorted({n for n in (*notes, asked) if 0 < n <= len(lines)} | {len(lines)}):
        numbered = [CodeLine(n + 1, lines[n]) for n in range(start, end)]
        found.append({"lines": numbered, "notes": notes.get(end, []), "has_form": end == asked})
        start = end
    return found


def _row(review: PeerReview, folder: str, entry: FolderEntry, veil: Veil) -> FolderRow:
    inside = f"{folder}/{entry.name}" if folder else entry.name
    address = "" if entry.kind == "submodule" else _address(review, inside)
    shown_size = "" if entry.size is None else size(entry.size)
    return FolderRow(veil(visible(entry.name)), KINDS[entry.kind], shown_size, address)


def _address(review: PeerReview, path: str) -> str:
    return f"{reverse('peer_review_files', args=[review.public_id])}?at={place_of(review, path)}"


def note_address(review: PeerReview, path: str, number: int) -> str:
    return f"{_address(review, path)}#line-{number}"
