from dataclasses import replace
from typing import Any

from django import forms
from django.conf import settings

from labs.grader.fetching.address import Address, AddressError
from labs.repositories import hosts
from lessons.pages.context import Context
from lessons.templatetags.code import with_code
from portal.accounts.github import has_github_sign_in


class AddressForm(forms.Form):
    """A pasted address, cleaned to an Address. `suggestion` is a similar address that may have been meant."""

    address = forms.CharField(
        label="Repository URL",
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false", "inputmode": "url"}
        ),
    )
    suggestion: str | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        example = f"https://{settings.REPOSITORY_HOSTS[0]}/your-name/your-repository"
        self.fields["address"].help_text = f"For example {example}. {self._visibility()}"
        self.fields["address"].error_messages["required"] = with_code(_words_for_nothing())

    def _visibility(self) -> str:
        return "The repository must be public."

    def clean_address(self) -> Address:
        try:
            return hosts.read(self.cleaned_data["address"])
        except AddressError as error:
            self.suggestion = error.suggestion
            raise forms.ValidationError(with_code(error.message)) from error

    def refuse(self, message: str) -> None:
        self.add_error("address", with_code(message))


def _words_for_nothing() -> str:
    # the engine's own words for an empty address
    try:
        hosts.read("")
    except AddressError as error:
        return error.message
    raise AssertionError("an empty address was read")


def may_be_private() -> bool:
    """Return True if a private repository can be connected: the App sees it, and a sign-in shows whose it is."""
    return bool(settings.GITHUB_APP_SLUG) and has_github_sign_in()


class ConnectForm(AddressForm):
    def _visibility(self) -> str:
        if may_be_private():
            return "It can be private if you install the GitHub App on it."
        return super()._visibility()


class CommitForm(AddressForm):
    """The branch and commit that the page showed. The host decides whether they exist."""

    branch = forms.CharField(required=False)
    commit = forms.CharField(required=False)

    def clean(self) -> Context:
        data = self.cleaned_data
        if "address" in data and data.get("branch"):
            data["address"] = replace(data["address"], branch=data["branch"])
        return data


class TokenForm(forms.Form):
    name = forms.CharField(
        label="Name",
        max_length=60,
        help_text="Where you will use it, such as Laptop or GitHub Actions.",
        error_messages={"required": "Enter a name, such as Laptop."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
