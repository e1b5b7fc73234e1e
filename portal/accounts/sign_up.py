from typing import Any

from allauth.account.forms import SignupForm as AllauthSignUpForm
from allauth.account.stages import EmailVerificationStage
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from portal.accounts.allauth_forms import NamesEmptyFields
from portal.accounts.models import User
from portal.accounts.roles import has_vouched_email, vouch_for_email
from portal.outages import MailError


class SignUpForm(NamesEmptyFields, AllauthSignUpForm):
    """Respond to a registered email as to a new one: the same page, an email to the owner, the same work."""

    def try_save(self, request: HttpRequest) -> tuple[User | None, Any]:
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])  # takes most of the time of a sign-up
        made: tuple[User | None, Any] = super().try_save(request)
        return made


class ConfirmedEmailStage(EmailVerificationStage):
    """Ask for the emailed code before the first sign-in after sign-up.

    An account made by an administrator or a command has no address in allauth: its email is vouched for.
    """

    def handle(self) -> tuple[Any, bool]:
        user = self.login.user
        if user is not None and not self.login.signup and has_vouched_email(user):
            vouch_for_email(user)
            return None, True
        try:
            answer: tuple[Any, bool] = super().handle()
            return answer
        except MailError:
            # Deleted, not rolled back: in one transaction with the email, a hanging mail server would keep SQLite
            # locked.
            if user is not None and self.login.signup:
                user.delete()
            raise
