from django import forms

from lessons.models import Cohort
from lessons.queries import cohort_by_code

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
