"""The admin editor: text with a preview, drafts kept in the browser, protection from overwriting, and a history."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from functools import partial
from itertools import pairwise
from typing import Any, TypedDict

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model
from django.forms.models import model_to_dict
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html

from lessons.admin.belonging import course_given
from lessons.admin.editor import EditorWidget
from lessons.admin.help import HelpGroup
from lessons.admin.presence import PresenceAdmin
from lessons.admin.releasing import ReleasingForm
from lessons.admin.slugs import SluggedAdmin, SluggedForm
from lessons.admin.snippets import groups_for
from lessons.models import Course
from lessons.pages.differences import DifferenceLine, differences
from lessons.pages.numbers import read_number
from lessons.texts.problem import Problem
from lessons.texts.verdict import Verdict
from portal.accounts.models import User

SAVED_DRAFT = "saved_draft"
VERSIONS_A_PAGE = 20
MAX_PROBLEMS_SHOWN = 10


def at_line(line: int, message: str) -> forms.ValidationError:
    """Return an error that links to its line; static/js/source.js handles the link."""
    return forms.ValidationError(
        format_html('<a class="at-line" href="#" data-line="{0}">Line {0}</a>: {1}', line, message)
    )


def in_words(problems: list[Problem]) -> str:
    """Return the first problems with their lines, one sentence each."""
    more = len(problems) - MAX_PROBLEMS_SHOWN
    shown = [f"Line {item.line}: {item.text.rstrip('.')}." for item in problems[:MAX_PROBLEMS_SHOWN]]
    return " ".join([*shown, f"And {more} more."] if more > 0 else shown)


class NewerText(TypedDict):
    """A field of the newer version, and its differences from the form."""

    label: str
    theirs: str
    lines: list[DifferenceLine]


class NewerVersion(TypedDict):
    """A version that somebody saved after the form was opened; `by` and `at` are None without a history."""

    by: User | None
    at: datetime | None
    texts: list[NewerText]


class AuthoringForm(ReleasingForm, SluggedForm):
    """Refuse to overwrite a version that somebody saved meanwhile, and show both.

    A draft can always be saved. `unready` maps a field's label to the errors that block publishing, `doubtful` to the
    warnings, which do not.
    """

    version = forms.CharField(required=False, widget=forms.HiddenInput)
    newer: NewerVersion | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unready: dict[str, list[Problem]] = {}
        self.doubtful: dict[str, list[Problem]] = {}
        for field in self.fields.values():
            if isinstance(field.widget, EditorWidget):
                field.strip = False  # type: ignore[attr-defined]  # stripping would shift line numbers
                field.required = False
                field.widget.snippets = partial(self._snippets, field.widget.kind)
        if stored := self._stored_row(lock=False):
            self.initial["version"] = self._version_of(stored)

    def _snippets(self, kind: str) -> list[HelpGroup]:
        # of all the user's courses until one is chosen
        course = self.instance.course if self.instance.pk else course_given(self)
        offered = getattr(self.fields.get("course"), "rows", {})
        return groups_for(kind, [course.pk] if course else [int(key) for key in offered])

    def course(self) -> Course | None:
        """Return the course of the text, None until one is chosen."""
        return self.instance.course if self.instance.pk else self.cleaned_data.get("course")

    def is_published(self) -> bool:
        """Return True if learners see what the form saves, now or later."""
        raise NotImplementedError

    def check_text(self, name: str, judge: Callable[[Course, str], Verdict]) -> str:
        """Return the text of a field.

        Raises ValidationError with the errors of `judge(course, text)`, each at its line, if it is to be published.
        """
        text = str(self.cleaned_data[name]).replace("\r\n", "\n")
        course = self.course()
        found = judge(course, text) if course else Verdict()
        if found.errors and self.is_published():
            raise forms.ValidationError([at_line(problem.line, problem.text) for problem in found.errors])
        label = str(self.fields[name].label)
        if found.errors:
            self.unready[label] = found.errors
        if found.warnings:
            self.doubtful[label] = found.warnings
        return text

    def _stored_row(self, *, lock: bool) -> Model | None:
        rows = type(self.instance)._default_manager.all()
        found: Model | None = (rows.select_for_update() if lock else rows).filter(pk=self.instance.pk).first()
        return found

    def _version_of(self, stored: Model) -> str:
        # A digest of the form's own fields, so that changes to other fields do not conflict.
        values = json.dumps(self._values(stored), cls=DjangoJSONEncoder, sort_keys=True)
        return hashlib.sha256(values.encode()).hexdigest()[:32]

    def _values(self, stored: Model) -> dict[str, Any]:
        return model_to_dict(stored, fields=[name for name in self.fields if name != "version"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        seen = cleaned.get("version")
        stored = self._stored_row(lock=True) if seen else None
        if stored and self._version_of(stored) != seen:
            self._refuse(stored)
        return cleaned

    def _refuse(self, stored: Any) -> None:
        last = stored.history.select_related("history_user").first()
        texts = {name: value for name, value in self._values(stored).items() if isinstance(value, str)}
        self.newer = {
            "by": last and last.history_user,
            "at": last and last.history_date,
            "texts": [self._compare_text(name, value) for name, value in texts.items()],
        }
        self.add_error(None, "Not saved: someone saved a newer version while you were writing.")
        # The next save may replace the newer version, which the author has now seen, but no later one.
        posted: Any = self.data  # a QueryDict
        self.data = {**posted.dict(), "version": self._version_of(stored)}

    def _compare_text(self, name: str, theirs: str) -> NewerText:
        lines = differences(theirs, str(self[name].value()))
        return {"label": str(self.fields[name].label), "theirs": theirs, "lines": lines}


class AuthoredAdmin(PresenceAdmin, SluggedAdmin):
    """An admin for rows with a history; `texts` are the fields that restoring a version brings back."""

    form: Any = AuthoringForm
    texts: tuple[str, ...] = ("source",)
    change_form_template = "admin/authoring/change_form.html"
    object_history_template = "admin/authoring/history.html"

    # Any: each admin has its own model
    def save_text(self, item: Any) -> None:
        """Save a row through its action."""
        raise NotImplementedError

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj._history_user = request.user
        self.save_text(obj)
        self.warn_of(request, form)

    def warn_of(self, request: HttpRequest, form: AuthoringForm) -> None:
        for label, found in form.unready.items():
            words = f"Saved as a draft. Before you publish it, fix {label}: {in_words(found)}"
            self.message_user(request, words, messages.WARNING)
        for found in form.doubtful.values():
            words = f"Saved. You may want to check this: {in_words(found)}"
            self.message_user(request, words, messages.WARNING)

    # --- drafts: the browser discards a saved one ---

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._remember_draft(request, super().response_add(request, obj, post_url_continue))

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return self._remember_draft(request, super().response_change(request, obj))

    def _remember_draft(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        draft = request.POST.get("draft", "")
        if draft.isascii() and draft.isalnum():
            response.set_cookie(
                SAVED_DRAFT,
                draft[:40],
                path=reverse("admin:index"),
                samesite="Lax",
                secure=request.is_secure(),
            )
        return response

    # --- history ---

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        # `?restore=` puts the texts of an earlier version into the form; nothing changes until it is saved.
        found: Any = super().get_object(request, object_id, from_field)
        wanted = request.GET.get("restore", "")
        if found is None or request.method != "GET" or not wanted:
            return found
        version = found.history.filter(pk=read_number(wanted)).first()
        if version is None:
            raise Http404
        for name in self.texts:
            setattr(found, name, getattr(version, name))
        found.restored = version
        return found

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        found: Any = self.get_object(request, object_id)
        if found is None:
            return redirect("admin:index")
        if not self.has_view_or_change_permission(request, found):
            raise PermissionDenied
        before = read_number(request.GET.get("before", ""))
        older = {"pk__lt": before} if before >= 0 else {}
        rows = list(found.history.filter(**older).select_related("history_user")[: VERSIONS_A_PAGE + 1])
        context = {
            **self.admin_site.each_context(request),
            "title": f"History of {found}",
            "original": found,
            "opts": self.opts,
            "newest": found.history.first(),
            "versions": [(row, self._changes(earlier, row)) for row, earlier in pairwise([*rows, None])][
                :VERSIONS_A_PAGE
            ],
            "older": rows[VERSIONS_A_PAGE - 1] if len(rows) > VERSIONS_A_PAGE else None,
        }
        return TemplateResponse(request, self.object_history_template, context)

    def _changes(self, earlier: Any, row: Any) -> list[dict[str, Any]]:
        # By field; none for the first version.
        changes = row.diff_against(earlier, foreign_keys_are_objs=True).changes if earlier else []
        return [self._change(change) for change in changes]

    def _change(self, change: Any) -> dict[str, Any]:
        label = self.model._meta.get_field(change.field).verbose_name
        lines: list[DifferenceLine] = []
        if change.field in self.texts:
            lines = differences(str(change.old), str(change.new))
        return {"label": label, "lines": lines, "old": change.old, "new": change.new}
