"""Make slugs from the title, unique within the course."""

from typing import Any

from django import forms
from django.http import HttpRequest

from lessons.admin.scope import CourseScopedAdmin
from lessons.models.course import RESERVED_SLUGS
from lessons.slugs import MAX_STEM, free_slug, slug_of

HELP = "Part of the address. You can’t change it after you save. Leave it empty to create it from the title."


class SluggedForm(forms.ModelForm):  # type: ignore[type-arg]  # no arguments at runtime
    """Fill in an empty slug."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].required = False
            self.fields["slug"].help_text = HELP

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "slug" in self.fields and "slug" not in self.errors:
            self._clean_slug(cleaned)
        return cleaned

    def _clean_slug(self, cleaned: dict[str, Any]) -> None:
        slug = cleaned.get("slug")
        if not slug:
            otherwise = self.instance._meta.model_name or "page"
            cleaned["slug"] = self._free_slug(slug_of(self.slug_source(), otherwise))
        elif (free := self._free_slug(slug)) != slug and slug not in RESERVED_SLUGS:
            self.add_error("slug", f"The slug {slug} is taken. Choose a different one, such as {free}.")

    def slug_source(self) -> str:
        return str(self.cleaned_data.get("title", ""))

    def _free_slug(self, wanted: str) -> str:
        model = type(self.instance)
        within = {"course": self.cleaned_data.get("course")} if hasattr(model, "course") else {}
        taken = set(RESERVED_SLUGS)
        if all(within.values()):
            rows = model._default_manager.filter(**within, slug__startswith=wanted[:MAX_STEM].rstrip("-"))
            taken.update(rows.values_list("slug", flat=True))
        return free_slug(wanted, taken)


class SluggedAdmin(CourseScopedAdmin):
    """An admin for SluggedForm whose page fills in the slug while the title is typed."""

    form: Any = SluggedForm
    returns_to_outline = True
    slug_from: tuple[str, ...] = ("title",)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return {"slug": self.slug_from} if self.slug_from and obj is None else {}
