"""allauth's forms with errors that name the field: “Enter your password.”, not “This field is required.”"""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.totp.internal.auth import TOTP
from django import forms

from portal.accounts.unconfirmed import release_address

INVALID_EMAIL = "Enter an email address, such as name@example.org."
MISSING = {
    "login": "Enter your email address.",
    "email": "Enter your email address.",
    "password": "Enter your password.",
    "oldpassword": "Enter your current password.",
    "password1": "Choose a password.",
    "password2": "Enter the new password again.",
    "code": "Enter the code.",
}


class NamesEmptyFields:
    """A mixin for forms: each field that allauth requires has an error message of its own."""

    # Any: as Django declares it
    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, missing in MISSING.items():
            if name in self.fields:
                self.fields[name].error_messages["required"] = missing
        for name in {"login", "email"} & self.fields.keys():
            self.fields[name].error_messages["invalid"] = INVALID_EMAIL


class LoginForm(NamesEmptyFields, account.LoginForm):
    pass


class AddEmailForm(NamesEmptyFields, account.AddEmailForm):
    pass


class ChangePasswordForm(NamesEmptyFields, account.ChangePasswordForm):
    pass


class SetPasswordForm(NamesEmptyFields, account.SetPasswordForm):
    pass


class ResetPasswordForm(NamesEmptyFields, account.ResetPasswordForm):
    pass


class ResetPasswordKeyForm(NamesEmptyFields, account.ResetPasswordKeyForm):
    pass


class ConfirmEmailForm(NamesEmptyFields, account.ConfirmEmailVerificationCodeForm):
    def clean_code(self) -> str:
        account.BaseConfirmCodeForm.clean_code(self)
        # Whoever has the code owns the address, also if a stranger signed up with it meanwhile.
        release_address(self.email, except_for=self.user)
        code: str = super().clean_code()
        return code


class ReauthenticateForm(NamesEmptyFields, account.ReauthenticateForm):
    pass


class AuthenticateForm(NamesEmptyFields, mfa.AuthenticateForm):
    pass


class ReauthenticateWithCodeForm(NamesEmptyFields, mfa.ReauthenticateForm):
    pass


class ActivateTOTPForm(NamesEmptyFields, totp.ActivateTOTPForm):
    """Accept each code only once. allauth lets the setup code sign in a second time."""

    def clean_code(self) -> str:
        code: str = super().clean_code()
        if not TOTP(Authenticator(user=self.user))._mark_code_used(code):
            raise forms.ValidationError("This code was already used. Wait for the next one.")
        return code
