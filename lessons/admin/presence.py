"""The line above a form that says who else has it open. `static/js/presence.js` asks for it again and again."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from lessons.admin.scope import get_row_to_change
from lessons.models import Presence
from lessons.presence import end_presence, name_others, note_presence


class PresenceAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # no arguments at runtime
    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.presence_view)
        return [path("<path:object_id>/presence/", view, name=self._presence_name()), *super().get_urls()]

    def _presence_name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_presence"

    # Any: the admin requires a signed-in user
    @method_decorator(require_POST)
    def presence_view(self, request: Any, object_id: str) -> HttpResponse:
        row = get_row_to_change(self, request, object_id)
        words = in_words(note_presence(user=request.user, row=row))
        return HttpResponse(words, content_type="text/plain; charset=utf-8")

    def render_change_form(self, request: Any, context: Any, *args: Any, **kwargs: Any) -> Any:
        row = context.get("original")
        if row is not None and self.has_change_permission(request, row):
            context["presence"] = {
                "url": reverse(f"admin:{self._presence_name()}", args=[row.pk]),
                "words": in_words(note_presence(user=request.user, row=row)),
            }
        return super().render_change_form(request, context, *args, **kwargs)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        end_presence(user=request.user, row=obj)  # type: ignore[arg-type]  # signed in
        return super().response_change(request, obj)


def in_words(others: list[Presence]) -> str:
    """Return “Others have this form open: Instructor, since 21:14. …”, "" for nobody."""
    if not others:
        return ""
    merge = "Whoever saves second sees both texts and can merge them."
    return f"Others have this form open: {name_others(others)}. {merge}"
