"""Endpoints of the admin's editor. They replace django-markdownx's own views, which are open to anybody."""

from collections.abc import Callable
from typing import TypeAlias

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from lessons import attachments, file_queries, images, queries
from lessons.pages import previews
from lessons.pages.differences import differences
from lessons.pages.views.staff import staff_only
from portal.accounts.http import UserRequest

Upload: TypeAlias = "UploadedFile[bytes]"
A_DAY = 24 * 3600


@staff_only
@require_POST
def preview(request: UserRequest) -> HttpResponse:
    # `kind` is a key of `previews.KINDS`, `course` a primary key.
    course = queries.get_taught_course(request.user, request.POST.get("course", ""))
    show = previews.KINDS.get(request.POST.get("kind", ""))
    if show is None:
        raise Http404
    source = request.POST.get("content", "").replace("\r\n", "\n")
    return show(course, source, request.POST.get("title", "")).as_response()


@staff_only
@require_POST
def upload(request: UserRequest) -> HttpResponse:
    return _store(request, "image", "Choose an image first.", _store_image)


@staff_only
@require_POST
def attach(request: UserRequest) -> HttpResponse:
    return _store(request, "file", "Choose a file first.", _store_file)


def _store(request: UserRequest, field: str, missing: str, store: Callable[[Upload], str]) -> HttpResponse:
    # Answers as markdownx does: with the Markdown to insert, or 400 and what to do.
    queries.get_taught_course(request.user, request.POST.get("course", ""))
    file = request.FILES.get(field)
    if file is None:
        return JsonResponse({field: [missing]}, status=400)
    try:
        code = store(file)
    except images.UploadRefusedError as error:
        return JsonResponse({field: [str(error)]}, status=400)
    return JsonResponse({f"{field}_code": code})


def _store_image(file: Upload) -> str:
    return f"![]({reverse('lesson_image', args=[images.store_image(file)])})"


def _store_file(file: Upload) -> str:
    token, name = attachments.store_attachment(file)
    size = filesizeformat(file.size or 0).replace("\xa0", " ")
    return f"[{name} ({size})]({reverse('attachment', args=[token, name])})"


@require_safe
def image(request: UserRequest, name: str) -> FileResponse:
    # For those who may read a text that shows it; caches that are shared keep what anybody may see.
    token, _, ending = name.rpartition(".")
    is_public = file_queries.is_public_file(token)
    if not (is_public or file_queries.may_download(request.user, token)):
        raise Http404
    response = _stored(f"{images.FOLDER}/{name}", images.TYPES.get(ending))
    response["Cache-Control"] = f"{'public' if is_public else 'private'}, max-age={A_DAY}, immutable"
    return response


@require_safe
def attachment(request: UserRequest, token: str, name: str) -> FileResponse:
    # For those who may read a lesson that links to it.
    kind, _ = attachments.TYPES.get(attachments.ending_of(name), (None, b""))
    if not file_queries.may_download(request.user, token):
        raise Http404
    response = _stored(f"{attachments.FOLDER}/{token}/{name}", kind, name)
    response["Cache-Control"] = "private, no-store"
    return response


def _stored(path: str, kind: str | None, name: str = "") -> FileResponse:
    # Nothing in an uploaded file can run; with a name, it is downloaded and not shown.
    if kind is None or not default_storage.exists(path):
        raise Http404
    file = default_storage.open(path)
    response = FileResponse(file, as_attachment=bool(name), filename=name, content_type=kind)
    response["Content-Security-Policy"] = "sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@staff_only
@require_POST
def compare(request: UserRequest) -> HttpResponse:
    lines = differences(request.POST.get("old", ""), request.POST.get("new", ""))
    return render(request, "authoring/_differences.html", {"lines": lines})
