from typing import Any

from django import forms

from lessons.models.course import validate_no_null
from portal.progress.certificates.actions import clean_name
from portal.progress.models import Certificate, CertificateRule
from portal.progress.models.certificate import MAX_NAME, MAX_REASON


class NameField(forms.CharField):
    """A name for a certificate, in any script."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        required = {"required": "Enter the name for your certificate."}
        widget = forms.TextInput({"autocomplete": "name"})
        super().__init__(label=label, max_length=MAX_NAME, widget=widget, error_messages=required, **kwargs)

    def clean(self, value: Any) -> str:
        return clean_name(super().clean(value))


class ReasonField(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        required = {"required": "Enter a reason. The learner reads it."}
        super().__init__(
            label="Reason",
            max_length=MAX_REASON,
            validators=[validate_no_null],
            error_messages=required,
            **kwargs,
        )


class IssueForm(forms.Form):
    name = NameField(
        "Name on the certificate", help_text="As on your ID, in any script. Later, only staff can correct it."
    )


class ShowForm(forms.ModelForm):  # type: ignore[type-arg]  # no arguments at runtime
    class Meta:
        model = Certificate
        fields = ("shows_name", "shows_work")


class CorrectionForm(forms.Form):
    name = NameField("Correct name")
    because = ReasonField(help_text="Staff read it. If they agree, they issue a new certificate.")


class ReasonForm(forms.Form):
    because = ReasonField()


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]  # as above
    class Meta:
        model = CertificateRule
        fields = ("needs_every_lab", "least_attendance", "signed_by")
        error_messages = {
            "least_attendance": dict.fromkeys(
                ("required", "invalid", "min_value", "max_value"), "Enter a number from 0 to 100."
            )
        }
