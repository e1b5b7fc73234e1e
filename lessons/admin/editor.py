"""The field of the editor: a text with tools above it, and its preview."""

from collections.abc import Callable
from typing import Any

from django.forms.utils import flatatt
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from markdownx.widgets import AdminMarkdownxWidget

from lessons.admin.help import Help, HelpGroup
from lessons.admin.snippets import USED_IN
from lessons.attachments import TYPES


class EditorWidget(AdminMarkdownxWidget):
    """markdownx's widget and its two URLs, with our template instead of its script and styles.

    Its script captures Tab, so that keyboard users cannot leave the field, and does not send the course.
    `kind` is sent with the preview request; lab.yaml has its own preview and takes no images. `help` is called
    each time the editor is rendered.
    """

    # the snippets of the course, which the form knows
    snippets: Callable[[], list[HelpGroup]] = staticmethod(list)

    def __init__(self, kind: str, help: Help, preview: str | Promise = "") -> None:
        self.kind, self.help, self.preview = kind, help, preview
        super().__init__(attrs={"class": "source", "rows": 30, "cols": 60, "spellcheck": "false"})

    class Media:
        extend = False

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        own: dict[str, str | Promise] = {"data-kind": self.kind}
        if self.preview:
            own["data-markdownx-urls-path"] = self.preview
        return {
            **context,
            "kind": self.kind,
            "help": self.help(),
            "snippets": self.snippets(),
            "manage_snippets": reverse("admin:lessons_snippet_changelist") if self.kind in USED_IN else "",
            "attributes": flatatt({**context["widget"]["attrs"], **own, "name": name}),
            "takes_images": not self.preview,
            "file_types": ",".join(f".{ending}" for ending in TYPES),
        }

    def _render(self, template_name: str, context: dict[str, Any], renderer: Any = None) -> SafeString:
        # Widgets use their own template engine, which does not find the project's templates.
        return SafeString(render_to_string("authoring/editor.html", context))
