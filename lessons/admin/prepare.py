"""Edit the preparation list of a session as one item per line instead of JSON."""

import re
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import ValidationError

from lessons.models.course import validate_prepare
from lessons.slugs import free_slug, slug_of

KEYED = re.compile(r"^(?P<text>.*?)\s*\{#(?P<key>[^{}]*)\}$")
HELP = (
    "One item per line, in Markdown: Install [Git](https://git-scm.com/). The portal adds a key such as {#install-git}."
    " Keep the key when you change the wording, so that checked items stay checked."
)


class PrepareField(forms.CharField):
    """Convert between lines in the form and a list of keys and texts in the row."""

    widget = AdminTextareaWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, label="What to prepare", help_text=HELP, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "\n".join(f"{item['text']} {{#{item['key']}}}" for item in value)

    def to_python(self, value: Any) -> Any:
        items: list[dict[str, str]] = []
        for number, line in enumerate(str(value or "").splitlines(), 1):
            if line.strip():
                items.append(self._item(line.strip(), number, {item["key"] for item in items}))
        return items

    def _item(self, line: str, number: int, taken: set[str]) -> dict[str, str]:
        found = KEYED.match(line)
        text, key = (found["text"], found["key"]) if found else (line, "")
        item = {"key": key or free_slug(slug_of(text, "item"), taken), "text": text}
        try:
            if item["key"] in taken:
                raise ValidationError(f"The key {key} is used twice. Give each item its own key.")
            validate_prepare([item])
        except ValidationError as error:
            raise ValidationError([f"Line {number}: {message}" for message in error.messages]) from error
        return item

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.prepare_value(initial) != data)
