from typing import Any

from django import forms

from lessons.models import Cohort, Enrollment
from lessons.queries import cohort_by_code
from lessons.rights import cohorts_taught
from lessons.rosters import MAX_BYTES, Roster, RosterError, read_roster
from portal.accounts.models import User

UNKNOWN_CODE = "No cohort has this code. Copy it again from your invitation."


class JoinForm(forms.Form):
    code = forms.CharField(
        label="Invite code",
        max_length=32,
        error_messages={"required": "Enter the invite code that your instructor gave you."},
        help_text="Your instructor sent you this code.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )

    def clean_code(self) -> Cohort:
        cohort = cohort_by_code(self.cleaned_data["code"])
        if cohort is None:
            raise forms.ValidationError(UNKNOWN_CODE)
        return cohort


class LeaveForm(forms.Form):
    reason = forms.CharField(label="Reason", max_length=200, required=False, help_text="Staff can read it.")


class MoveForm(forms.Form):
    """Another cohort of the course, or none to end the enrollment; staff offer only their own cohorts."""

    to = forms.ModelChoiceField(
        Cohort.objects.none(), label="New cohort", required=False, empty_label="None: end the enrollment"
    )
    reason = forms.CharField(
        label="Reason",
        max_length=200,
        help_text="The learner reads it, and it is kept in the audit log.",
        error_messages={"required": "Enter a reason. The learner reads it."},
    )

    def __init__(self, data: Any, *, enrollment: Enrollment, user: User) -> None:
        super().__init__(data)
        others = cohorts_taught(user).filter(course=enrollment.course_id, is_over=False)
        field: Any = self.fields["to"]
        field.queryset = others.exclude(pk=enrollment.cohort_id).order_by("title")
        field.label_from_instance = lambda cohort: cohort.title


class RosterForm(forms.Form):
    """A roster file. The text of a file that was shown is posted again to import it: nothing is stored before."""

    file = forms.FileField(
        label="Roster",
        required=False,
        help_text=(
            "classroom_roster.csv of GitHub Classroom, or a CSV file with a header: email, name, identifier, "
            "github_username."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
    )
    text = forms.CharField(required=False, strip=False, widget=forms.HiddenInput, max_length=MAX_BYTES)
    roster: Roster
    kept = ""  # the text of the file

    @property
    def is_kept(self) -> bool:
        return bool(self.cleaned_data.get("text")) and not self.cleaned_data.get("file")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        file = cleaned.get("file")
        if not (file or cleaned.get("text")):
            self.add_error("file", "Choose the CSV file of your roster.")
            return cleaned
        try:
            data = file.read(MAX_BYTES + 1) if file else cleaned["text"].encode()
            self.roster = read_roster(data)
        except RosterError as error:
            self.add_error("file", str(error))
            return cleaned
        if file:
            self.kept = data.decode("utf-8-sig")
        else:
            self.kept = cleaned["text"]
        return cleaned
