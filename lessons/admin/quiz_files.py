"""Staff pages to import questions from other systems and to export a quiz. Imports are shown before they are stored."""

import base64
import binascii
import hashlib
import zlib
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from lessons.admin.scope import CourseScopedAdmin
from lessons.models import Course, Quiz
from lessons.pages.previews import Preview, preview_quiz
from lessons.quiz_files import (
    CannotImportError,
    Encoded,
    check_images,
    draft_lessons,
    export_of,
    exports_of,
    save_import,
    show_images_as_words,
)
from lessons.quizzes import QuizSyntaxError
from lessons.quizzes.formats import (
    ENCODINGS,
    EXPORTS,
    FORMATS,
    MAX_FILE,
    Imported,
    QuizFileError,
    import_questions,
)
from lessons.quizzes.writing import write_front_matter, write_question
from portal.accounts.http import UserRequest

MAX_PACKED = 700_000  # characters: all form fields but files must stay below 1 MB
MAX_SHOWN = 30
AGAIN = "This is not the file that was shown. Look at its questions, then save."


class ImportForm(forms.Form):
    """A file, a text, or the content that an earlier page passed on. `content` has the bytes once the form is valid."""

    course = forms.ModelChoiceField(Course.objects.none(), error_messages={"required": "Choose a course."})
    file = forms.FileField(
        required=False,
        help_text="GIFT, Moodle XML, Aiken, QTI 1.2 or 2.1, text with Q: and A), or a .zip with these and images.",
        error_messages={"empty": "The file is empty. Choose another one."},
    )
    text = forms.CharField(
        label="Or paste the questions",
        required=False,
        strip=False,
        widget=AdminTextareaWidget({"rows": 10, "spellcheck": "false"}),
    )
    format = forms.ChoiceField(required=False)
    encoding = forms.ChoiceField(required=False, help_text="Choose one if the file is not UTF-8.")
    name = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
    packed = forms.CharField(required=False, widget=forms.HiddenInput)
    digest = forms.CharField(required=False, widget=forms.HiddenInput)

    content = b""

    # Any: as Django declares it; `courses` is a queryset of any origin
    def __init__(self, *args: Any, courses: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields  # of the kinds above
        fields["course"].queryset = courses
        fields["format"].choices = [("", "Find out"), *((key, each.title) for key, each in FORMATS.items())]
        fields["encoding"].choices = [("", "As the file says, or UTF-8"), *ENCODINGS.items()]

    # Any: as Django declares it
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        file, text, packed = cleaned.get("file"), cleaned.get("text", ""), cleaned.get("packed", "")
        if file:
            self.content, cleaned["name"] = file.read(), str(file.name)
        elif text.strip():
            self.content, cleaned["name"], cleaned["encoding"] = text.encode(), "", ""
        elif packed:
            self.content = _unpack(packed)
        elif "file" not in self.errors:
            self.add_error("file", "Choose a file, or paste the questions below.")
        return cleaned

    @property
    def is_pasted(self) -> bool:
        return not self.cleaned_data.get("file") and bool(self.cleaned_data.get("text", "").strip())

    def carry_on(self) -> bool:
        """Pass the content on to the next page. Return False if it is too large for that."""
        packed = "" if self.is_pasted else base64.b64encode(zlib.compress(self.content, 9)).decode()
        fits = len(packed) <= MAX_PACKED
        posted: Any = self.data  # a QueryDict
        self.data = {
            **posted.dict(),
            "packed": packed if fits else "",
            "name": self.cleaned_data["name"],
            "digest": _digest(self.content),
        }
        return fits


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


def _unpack(packed: str) -> bytes:
    try:
        content = zlib.decompressobj().decompress(base64.b64decode(packed, validate=True), MAX_FILE + 1)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise forms.ValidationError("The file did not arrive as it was sent. Choose it again.") from error
    return content


class PlaceForm(forms.Form):
    """The place of the quiz: a draft lesson, or a new one in a session."""

    place = forms.ChoiceField(label="Save in", error_messages={"required": "Choose where the quiz goes."})

    # Any: as Django declares it
    def __init__(self, *args: Any, course: Course, several: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sessions = {f"session-{each.pk}": each for each in course.sessions.select_related("course")}
        self.lessons = {} if several else {f"lesson-{each.pk}": each for each in draft_lessons(course)}
        self.has_places = bool(self.sessions or self.lessons)
        new = "New draft lessons in" if several else "A new draft lesson in"
        self.fields["place"].choices = [  # type: ignore[attr-defined]  # declared above
            ("", "Choose"),
            (new, [(key, str(each)) for key, each in self.sessions.items()]),
            ("A draft lesson", [(key, _lesson_label(each)) for key, each in self.lessons.items()]),
        ]


def _lesson_label(lesson: Any) -> str:
    return f"{lesson} (replaces its quiz; the history keeps it)" if hasattr(lesson, "quiz") else str(lesson)


def import_view(options: CourseScopedAdmin, request: UserRequest) -> HttpResponse:
    if not options.has_add_permission(request):
        raise PermissionDenied
    courses = options.choosable_rows(Course, request)
    if request.method != "POST":
        return _page(options, request, form=ImportForm(courses=courses, initial=_only(courses)))
    form = ImportForm(request.POST, request.FILES, courses=courses)
    if not form.is_valid():
        return _page(options, request, form=form)
    shown_before = form.cleaned_data["digest"]
    context: dict[str, Any] = {"form": form, "fits": form.carry_on()}
    cleaned = form.cleaned_data
    try:
        read = import_questions(
            form.content, name=cleaned["name"], format=cleaned["format"], encoding=cleaned["encoding"]
        )
    except QuizFileError as error:
        return _page(options, request, refused=error.problems, **context)
    imported, images = check_images(read)
    saves, was_shown = "save" in request.POST, shown_before == _digest(form.content)
    if saves and not was_shown:
        messages.warning(request, AGAIN)
    place = PlaceForm(
        request.POST if saves and was_shown else None,
        course=cleaned["course"],
        several=len(imported.parts) > 1,
    )
    if place.is_valid() and (answer := _save(request, imported, images, place)):
        return answer
    return _page(options, request, place=place, **context, **_shown(cleaned["course"], imported))


def _only(courses: Any) -> dict[str, Any]:
    rows = list(courses[:2])
    return {"course": rows[0].pk} if len(rows) == 1 else {}


def _page(options: "ModelAdmin[Any]", request: UserRequest, **context: Any) -> HttpResponse:
    context |= {**options.admin_site.each_context(request), "title": "Import questions", "opts": options.opts}
    return TemplateResponse(request, "admin/lessons/quiz/import.html", context)


def _save(request: UserRequest, imported: Imported, images: Encoded, form: PlaceForm) -> HttpResponse | None:
    place = form.cleaned_data["place"]
    try:
        stored = save_import(
            imported=imported,
            images=images,
            by=request.user,
            session=form.sessions.get(place),
            lesson=form.lessons.get(place),
            may_replace=place in form.lessons,
        )
    except CannotImportError as error:
        form.add_error("place", str(error))
        return None
    names = ", ".join(f"“{each.quiz}”" for each in stored)
    if any(each.is_changed for each in stored):
        messages.success(request, f"Saved as a draft: {names}. Learners see it when its lesson is published.")
    else:
        messages.success(request, f"Nothing changed: {names} has these questions already.")
    if len(stored) > 1:
        return redirect("admin:lessons_quiz_changelist")
    return redirect("admin:lessons_quiz_change", stored[0].quiz.pk)


def _shown(course: Course, imported: Imported) -> dict[str, Any]:
    return {
        "imported": imported,
        "format": FORMATS[imported.format].title,
        "preview": _preview(course, imported),
        "shown": min(len(imported.questions), MAX_SHOWN),
    }


def _preview(course: Course, imported: Imported) -> Preview:
    part = imported.parts[0]
    source = part.source
    if len(part.questions) > MAX_SHOWN:
        written = [write_question(question) for question in part.questions[:MAX_SHOWN]]
        source = "\n".join([write_front_matter(part.title, 70, 3, "now"), *written])
    return preview_quiz(course, show_images_as_words(source), part.title)


def export_view(options: "ModelAdmin[Quiz]", request: UserRequest, object_id: str) -> HttpResponse:
    quiz = options.get_object(request, object_id)
    if quiz is None:
        raise Http404
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    if not options.has_view_or_change_permission(request, quiz):
        raise PermissionDenied
    name = request.GET.get("format", "")
    try:
        if name in EXPORTS:
            return _download(quiz, name)
        exported = exports_of(quiz, EXPORTS)
    except QuizSyntaxError as error:
        messages.error(request, f"Fix the quiz before you export it. {error.problems[0]}")
        return redirect(reverse("admin:lessons_quiz_change", args=[quiz.pk]))
    context = {
        **options.admin_site.each_context(request),
        "title": f"Export {quiz}",
        "quiz": quiz,
        "opts": options.opts,
        "exports": [(name, EXPORTS[name], each) for name, each in exported.items()],
    }
    return TemplateResponse(request, "admin/lessons/quiz/export.html", context)


def _download(quiz: Quiz, name: str) -> HttpResponse:
    exported = export_of(quiz, name)
    file_name = f"{quiz.slug}.{exported.ending}"
    headers = {
        "Content-Disposition": f'attachment; filename="{file_name}"',
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(exported.data, content_type=exported.media_type, headers=headers)
