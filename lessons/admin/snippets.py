"""Snippets: pieces of Markdown that the editor offers, and templates that a new lesson starts from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse

from lessons.admin.help import HelpEntry, HelpGroup
from lessons.admin.scope import CourseScopedAdmin
from lessons.models import Snippet
from lessons.pages.numbers import read_number

MAX_SNIPPETS = 200  # of a course
MAX_OFFERED = 300  # in one editor
# the place where the editor inserts them, as for the examples of its help
_PLACES = {Snippet.Kind.LESSON: "^$", Snippet.Kind.QUIZ: "^## "}
USED_IN = {"lesson": Snippet.Kind.LESSON, "brief": Snippet.Kind.LESSON, "quiz": Snippet.Kind.QUIZ}


class SnippetForm(forms.ModelForm):  # type: ignore[type-arg]  # no arguments at runtime
    class Meta:
        model = Snippet
        fields = ["course", "kind", "name", "text"]
        widgets = {
            "text": forms.Textarea({"class": "vLargeTextField source", "rows": 20, "spellcheck": "false"})
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        text: Any = self.fields["text"]
        text.strip = False

    def clean_text(self) -> str:
        text = str(self.cleaned_data["text"]).replace("\r\n", "\n")
        if not text.strip():
            raise ValidationError("Enter the text of the snippet.")
        return text

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        course = cleaned.get("course")
        if course and not self.instance.pk and course.snippets.count() >= MAX_SNIPPETS:
            raise ValidationError(f"{course} has {MAX_SNIPPETS} snippets. Delete one that nobody uses first.")
        return cleaned


@admin.register(Snippet)
class SnippetAdmin(CourseScopedAdmin):
    form = SnippetForm
    fixed_once_saved = ("course",)
    list_display = ["name", "kind", "course"]
    list_filter = ["kind", "course"]
    search_fields = ["name", "text"]
    list_select_related = ["course"]


def groups_for(kind: str, courses: Sequence[int]) -> list[HelpGroup]:
    """Return the snippets that an editor of this kind of text offers: those of a course, or of several."""
    use = USED_IN.get(kind)
    if use is None or not courses:
        return []
    rows = Snippet.objects.filter(course__in=courses, kind=use).select_related("course")
    groups: dict[int, list[HelpEntry]] = {}
    titles: dict[int, str] = {}
    for row in rows.order_by("course__slug", "name")[:MAX_OFFERED]:
        titles[row.course_id] = str(row.course)
        groups.setdefault(row.course_id, []).append(HelpEntry(row.name, "", row.text))
    return [
        HelpGroup(f"Snippets of {titles[key]}", tuple(entries), before=_PLACES[use])
        for key, entries in groups.items()
    ]


# --- templates --------------------------------------------------------------------------------------------------------

STARTING_LESSON = """\
Say in one or two sentences what readers can do after this lesson.

## The first idea

Explain one thing, and show it:

```bash
git status
```

## Try it

::: checklist
- [ ] Run `git status` in your project {#status}
:::
"""
STEPS = """\
Say what readers have at the end.

## Before you start

::: checklist
- [ ] Install what is needed {#installed}
:::

## The first step

```bash
git init
```

Show what it prints, and say what it means.

## The next step

<details>
<summary>Show a hint</summary>

What to look at first.

</details>

## If it does not work

| You see | Do |
|---|---|
| the message | the remedy |
"""
_BUILT_IN = {
    "idea": ("One idea, and try it", STARTING_LESSON),
    "steps": ("Steps to follow", STEPS),
    "empty": ("Empty", "\n"),
}


@dataclass(frozen=True)
class Start:
    """A text that a new lesson can start from."""

    name: str
    url: str
    is_chosen: bool


def starts(request: HttpRequest, courses: Sequence[int]) -> list[Start]:
    """Return the built-in templates and those of these courses, each with the URL of the form that starts from it."""
    given = request.GET.copy()
    chosen = given.pop("template", ["idea"])[-1]
    names = [(key, name) for key, (name, _) in _BUILT_IN.items()]
    rows = Snippet.objects.filter(course__in=courses, kind=Snippet.Kind.TEMPLATE).select_related("course")
    for row in rows.order_by("course__slug", "name")[:MAX_OFFERED]:
        names.append((str(row.pk), row.name if len(courses) == 1 else f"{row.name} ({row.course})"))
    page = reverse("admin:lessons_lesson_add")
    found = []
    for key, name in names:
        given["template"] = key
        found.append(Start(name, f"{page}?{given.urlencode()}", key == chosen))
    return found


def text_of(key: str, courses: Sequence[int]) -> str | None:
    """Return the text of a template of `starts`, None if there is no such template."""
    if key in _BUILT_IN:
        return _BUILT_IN[key][1]
    if (number := read_number(key)) < 0:
        return None
    rows = Snippet.objects.filter(pk=number, course__in=courses, kind=Snippet.Kind.TEMPLATE)
    return rows.values_list("text", flat=True).first()
