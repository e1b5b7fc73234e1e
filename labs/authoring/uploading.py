"""Upload the folder that a lab starts from, as a ZIP. The portal keeps its files; lab.yaml names their commit."""

import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from stat import S_ISLNK
from typing import IO

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from labs.authoring.starter_folder import set_commit
from labs.grader.scenarios.objects import StepError
from labs.grader.spec import SpecError, load_spec
from labs.grader.starters import FOLDER, MAX_STARTER_BYTES, MAX_STARTER_FILES, FolderFiles, start_of_folder
from labs.grader.words import count, size, visible
from labs.models import Lab
from labs.specs import store_files
from portal.accounts.http import UserRequest

MAX_ENTRIES = 4 * MAX_STARTER_FILES  # folders and litter included
PROBE = f"schema: 2\ntitle: Starter\npass_mark: 70\nstarter: {{folder: {FOLDER}}}\nchecks:\n"
PROBE += "  - {id: readable, says: It can be read, points: 1, readable: {}}\n"


class UploadRefusedError(Exception):
    """The archive cannot be a starter; the message says why and what to do."""


@require_POST
def upload_starter(request: UserRequest, lab: Lab) -> HttpResponse:
    """Keep the files of the uploaded archive, and show what to write in lab.yaml."""
    context = {"lab": lab, "course": lab.course}
    file = request.FILES.get("archive")
    try:
        if file is None:
            raise UploadRefusedError("Choose a ZIP file with the files that learners start from.")
        files = read_archive(file)
        commit = _commit_of(files)
    except UploadRefusedError as error:
        return render(request, "admin/authoring/starter.html", {**context, "problem": str(error)}, status=422)
    store_files(commit, files)
    line = set_commit(f"starter: {{folder: {FOLDER}}}\n", commit)
    shown = {
        "line": line,
        "files": [(visible(path), size(len(data))) for path, data in sorted(files.items())],
    }
    return render(
        request, "admin/authoring/starter.html", {**context, **shown, "summary": count(len(files), "file")}
    )


def read_archive(file: IO[bytes]) -> FolderFiles:
    """Return the files of a ZIP by path, without the folder that has all of them. Raises UploadRefusedError."""
    try:
        with zipfile.ZipFile(file) as archive:
            files = dict(_read_entries(archive))
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
    ) as error:
        raise UploadRefusedError("This is not a ZIP file that can be read. Pack the folder again.") from error
    except ValueError as error:
        raise UploadRefusedError("The ZIP file is damaged. Pack the folder again.") from error
    if not files:
        raise UploadRefusedError("The archive has no files.")
    return _without_common_folder(files)


def _read_entries(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    entries = [info for info in archive.infolist() if not info.is_dir() and not _is_litter(info.filename)]
    if len(archive.infolist()) > MAX_ENTRIES or len(entries) > MAX_STARTER_FILES:
        raise UploadRefusedError(f"The archive has more than {MAX_STARTER_FILES} files. Leave some out.")
    left = MAX_STARTER_BYTES
    for info in entries:
        if S_ISLNK(info.external_attr >> 16):
            raise UploadRefusedError(f"“{visible(info.filename)}” is a symbolic link. Pack the file itself.")
        if info.flag_bits & 1:
            raise UploadRefusedError("The archive has a password. Pack the folder without one.")
        with archive.open(info) as opened:
            data = opened.read(left + 1)  # the size in the directory may be wrong
        left -= len(data)
        if left < 0:
            raise UploadRefusedError(
                f"The files have more than {size(MAX_STARTER_BYTES)}. Leave large ones out."
            )
        yield info.filename, data


def _is_litter(name: str) -> bool:
    # what file managers add, and the author's own history
    parts = PurePosixPath(name).parts
    return "__MACOSX" in parts or ".git" in parts or (bool(parts) and parts[-1] == ".DS_Store")


def _without_common_folder(files: FolderFiles) -> FolderFiles:
    top = next(iter(files)).partition("/")[0] + "/"
    if not all(path.startswith(top) for path in files):
        return files
    return {path.removeprefix(top): data for path, data in files.items()}


def _commit_of(files: FolderFiles) -> str:
    try:
        load_spec(PROBE, files)  # the limits of a starter
        return start_of_folder(files).play().starters[0]
    except SpecError as error:
        raise UploadRefusedError(f"These files cannot be a starter: {error.problems[0].message}.") from error
    except StepError as error:
        raise UploadRefusedError(f"These files cannot be a starter: {error}.") from error
