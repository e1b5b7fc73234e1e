from typing import Any

from django import forms

from portal.accounts.models import User
from portal.notices.choices import choices_of, times_of
from portal.notices.kinds import TIMES, Kind
from portal.notices.models import MailTimes
from portal.notices.times import DIGEST_HOURS

NO_QUIET = [("", "None")]


class ChoicesForm(forms.Form):
    """For each kind that a person may get: now, daily or off."""

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(data)
        self.kinds: dict[Kind, str] = choices_of(user)
        for kind, email in self.kinds.items():
            field = forms.ChoiceField(label=kind.name, choices=list(TIMES.items()), initial=email)
            field.error_messages["required"] = f"Choose when to get emails about: {kind.name}."
            self.fields[kind.id] = field

    def rows(self) -> list[tuple[Kind, str]]:
        """Return each kind with the value that its row has ticked."""
        return [(kind, str(self[kind.id].value())) for kind in self.kinds]


def _hours(hours: range) -> list[tuple[str, str]]:
    return [(str(hour), f"{hour:02}:00") for hour in hours]


class TimesForm(forms.Form):
    """The hour of the daily email, and the hours without email."""

    digest_hour = forms.TypedChoiceField(label="Daily email at", choices=_hours(DIGEST_HOURS), coerce=int)
    quiet_from = forms.TypedChoiceField(
        label="No email from",
        choices=NO_QUIET + _hours(range(24)),
        coerce=int,
        required=False,
        empty_value=None,
    )
    quiet_until = forms.TypedChoiceField(
        label="Until", choices=NO_QUIET + _hours(range(24)), coerce=int, required=False, empty_value=None
    )

    def __init__(self, user: User, data: Any = None) -> None:
        self.times = times_of(user)
        names = ("digest_hour", "quiet_from", "quiet_until")
        super().__init__(data, initial={name: getattr(self.times, name) for name in names})

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        begins, ends = values.get("quiet_from"), values.get("quiet_until")
        if (begins is None) != (ends is None) and not self.errors:
            self.add_error("quiet_until" if ends is None else "quiet_from", "Choose both hours, or neither.")
        elif begins is not None and begins == ends:
            self.add_error("quiet_until", "Choose two different hours. To get no emails, turn off each kind.")
        return values

    def filled(self) -> MailTimes:
        for name, value in self.cleaned_data.items():
            setattr(self.times, name, value)
        return self.times
