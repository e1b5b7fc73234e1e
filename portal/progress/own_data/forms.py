from django import forms

from portal.progress.models.own_data import MAX_REASON


class LeaveForm(forms.Form):
    understood = forms.BooleanField(
        label="I understand that this cannot be undone after that day",
        error_messages={"required": "Tick this box if you want to delete your account."},
    )
    keeps_certificates = forms.BooleanField(label="Keep my certificates valid, with my name", required=False)


class DeletePersonForm(forms.Form):
    reason = forms.CharField(
        min_length=3,
        max_length=MAX_REASON,
        error_messages={"required": "Say why, for the audit log."},
    )
