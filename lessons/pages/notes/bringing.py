"""The first step of an import: the form that brings notes."""

from pathlib import PurePosixPath
from typing import Any

from django import forms

from lessons.models import Course, Notes
from lessons.notes import ENDINGS, FORMATS
from lessons.repositories import NOT_IN_NAMES

WAYS = (("file", "Upload a file"), ("paste", "Paste text"), ("git", "Git repository"))
MAX_NAME = 120


class BringForm(forms.Form):
    """`way` says which of the fields count."""

    way = forms.ChoiceField(choices=WAYS, widget=forms.RadioSelect)
    file = forms.FileField(
        label="File",
        required=False,
        help_text="Text, Markdown, HTML, a Jupyter notebook or Word document; or a .zip of these with their pictures.",
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(ENDINGS)}),
    )
    name = forms.CharField(
        label="Name of these notes",
        required=False,
        max_length=MAX_NAME,
        help_text="Next week, paste them under the same name. Markdown: end the name in .md.",
    )
    text = forms.CharField(
        label="Notes",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false"}),
    )
    address = forms.CharField(
        label="Repository", required=False, max_length=500, help_text="Such as https://github.com/owner/name"
    )
    path = forms.CharField(
        label="File in it",
        required=False,
        max_length=500,
        help_text="Such as notes/mlops.txt. Leave it empty if there is only one.",
    )
    branch = forms.CharField(
        label="Branch", required=False, max_length=200, help_text="Empty: its default branch."
    )
    into = forms.ModelChoiceField(
        Notes.objects.none(),
        label="New, or an update",
        required=False,
        empty_label="By name: new, or an update",
        help_text="An update keeps lessons, their addresses, and what was edited in the portal.",
    )

    def __init__(self, *args: Any, course: Course, **kwargs: Any) -> None:
        kwargs["auto_id"] = "page--%s"
        super().__init__(*args, **kwargs)
        into: Any = self.fields["into"]
        into.queryset = course.notes.defer("data", "decisions", "pictures")
        into.label_from_instance = lambda notes: f"Update {notes.name}"

    def clean_branch(self) -> str:
        branch = str(self.cleaned_data["branch"]).strip()
        if NOT_IN_NAMES.search(branch):
            raise forms.ValidationError("This is not a valid branch name. Enter a name such as main.")
        return branch

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        way = cleaned.get("way")
        if way == "file" and not cleaned.get("file") and "file" not in self.errors:
            self.add_error("file", "Choose a file.")
        if way == "git" and not cleaned.get("address", "").strip():
            self.add_error("address", "Enter the address of the repository.")
        if way == "paste":
            if not cleaned.get("text", "").strip():
                self.add_error("text", "Paste your notes.")
            if not cleaned.get("name", "").strip() and cleaned.get("into") is None:
                self.add_error("name", "Name these notes, such as MLOps autumn.")
        return cleaned

    def pasted(self) -> tuple[str, bytes]:
        """Return name and content of pasted notes."""
        into: Notes | None = self.cleaned_data["into"]
        name = self.cleaned_data["name"].strip().replace("/", "-") or (into.name if into else "")
        if PurePosixPath(name).suffix.lower() not in FORMATS or name.lower().endswith((".docx", ".ipynb")):
            name = f"{name}.txt"
        return name, self.cleaned_data["text"].replace("\r\n", "\n").encode("utf-8", "replace")
