import zoneinfo
from functools import cache
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from portal.accounts.acceptance import accept
from portal.accounts.models import Theme, User, github_name_in, validate_github_name


@cache
def time_zones() -> tuple[str, ...]:
    zones = zoneinfo.available_timezones()
    return tuple(sorted(zone for zone in zones if "/" in zone and not zone.startswith("Etc/")))


@cache
def time_zone_list() -> SafeString:
    options = format_html_join("", '<option value="{}">', ((zone,) for zone in time_zones()))
    return format_html('<datalist id="time-zones">{}</datalist>', options)


class TimeZoneInput(forms.TextInput):
    """A text field that includes its list of time zones."""

    def render(self, *args: Any, **kwargs: Any) -> SafeString:
        return super().render(*args, **kwargs) + time_zone_list()


class TimeZoneField(forms.CharField):
    """An IANA time zone; all are offered while typing."""

    def __init__(self, **kwargs: Any) -> None:
        widget = TimeZoneInput(attrs={"list": "time-zones", "autocomplete": "off", "spellcheck": "false"})
        missing = {"required": "Enter your time zone, such as Asia/Kolkata."}
        super().__init__(label="Time zone", max_length=64, widget=widget, error_messages=missing, **kwargs)


class GitHubNameField(forms.CharField):
    """A GitHub username, also typed as a profile URL or with an @; the cleaned value is the name alone."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}
        )
        super().__init__(label="GitHub username", max_length=200, required=False, widget=widget, **kwargs)

    def clean(self, value: Any) -> str:
        name = github_name_in(super().clean(value))
        validate_github_name(name)
        return name


class SignUpForm(forms.Form):
    """The fields of sign-up besides email and password; allauth calls `signup` once the user is saved."""

    name = forms.CharField(
        label="Name",
        max_length=150,
        required=False,
        help_text="How your name should appear on your certificate.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    time_zone = TimeZoneField(required=False, validators=User._meta.get_field("time_zone").validators)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if settings.PRIVACY_VERSION:
            missing = {"required": "Read what we keep, and accept it to create an account."}
            self.fields["accepts"] = forms.BooleanField(label="I accept it", error_messages=missing)

    def signup(self, request: HttpRequest, user: User) -> None:
        user.name = self.cleaned_data["name"]
        user.time_zone = self.cleaned_data["time_zone"] or user.time_zone
        user.save(update_fields=["name", "time_zone"])
        if self.cleaned_data.get("accepts"):
            accept(user=user, version=settings.PRIVACY_VERSION)


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]  # no arguments at runtime
    github_name = GitHubNameField()
    time_zone = TimeZoneField(validators=User._meta.get_field("time_zone").validators)

    class Meta:
        model = User
        fields = ["name", "time_zone", "github_name"]
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}


class LookForm(forms.Form):
    """Theme and single-key shortcuts."""

    theme = forms.ChoiceField(choices=Theme.choices, widget=forms.RadioSelect)
    has_shortcuts = forms.BooleanField(label="Single-key shortcuts", required=False)

    @classmethod
    def of(cls, user: User, cookie: str) -> "LookForm":
        """Return the form as the user has chosen, or else as this browser does."""
        theme = user.theme or (cookie if cookie in Theme else Theme.SYSTEM)
        return cls(initial={"theme": theme, "has_shortcuts": user.has_shortcuts})
