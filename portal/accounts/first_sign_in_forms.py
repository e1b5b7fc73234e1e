from typing import Any

from django import forms

from portal.accounts.allauth_forms import INVALID_EMAIL, MISSING
from portal.accounts.forms import SignUpForm
from portal.accounts.unconfirmed import MAX_TYPED


class FirstSignInForm(SignUpForm):
    """Sign-up after a sign-in elsewhere. The email is asked for unless the provider has verified one."""

    email = forms.EmailField(
        label="Email",
        max_length=MAX_TYPED,
        error_messages={"required": MISSING["email"], "invalid": INVALID_EMAIL},
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    field_order = ("email",)

    def __init__(self, *args: Any, needs_email: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not needs_email:
            del self.fields["email"]


class LinkForm(forms.Form):
    password = forms.CharField(
        label="Your password here",
        strip=False,
        max_length=4096,
        error_messages={"required": MISSING["password"]},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
