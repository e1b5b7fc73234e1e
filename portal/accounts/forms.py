import zoneinfo

from django import forms

from portal.accounts.models import User


class TimeZoneField(forms.CharField):
    """An IANA zone, with all of them offered as one types."""

    def __init__(self, **kwargs):
        widget = forms.TextInput(attrs={"list": "time-zones", "autocomplete": "off", "spellcheck": "false"})
        super().__init__(label="Time zone", max_length=64, widget=widget, **kwargs)


def time_zones() -> list[str]:
    return sorted(
        zone for zone in zoneinfo.available_timezones() if "/" in zone and not zone.startswith("Etc/")
    )


class SignUpForm(forms.Form):
    """What sign-up asks beside e-mail and password; allauth calls `signup` once the user is saved."""

    name = forms.CharField(
        label="Name",
        max_length=150,
        required=False,
        help_text="As it should stand on the certificate.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    time_zone = TimeZoneField(required=False, validators=User._meta.get_field("time_zone").validators)

    def signup(self, request, user: User) -> None:
        user.name = self.cleaned_data["name"]
        user.time_zone = self.cleaned_data["time_zone"] or user.time_zone
        user.save(update_fields=["name", "time_zone"])


class AccountForm(forms.ModelForm):
    time_zone = TimeZoneField(validators=User._meta.get_field("time_zone").validators)

    class Meta:
        model = User
        fields = ["name", "time_zone", "github_name"]
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}
