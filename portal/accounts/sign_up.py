from typing import Any

from allauth.account.forms import SignupForm as AllauthSignUpForm
from allauth.account.stages import EmailVerificationStage
from django import forms
from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.http import HttpRequest

from portal.accounts.allauth_forms import NamesEmptyFields
from portal.accounts.invited import Accept, find_invitation
from portal.accounts.models import User
from portal.accounts.roles import has_vouched_email, vouch_for_email
from portal.accounts.unconfirmed import MAX_TYPED, reserve_address, try_to_send_code
from portal.outages import MailError

NOT_SENT = "The email with the code to confirm your address could not be sent now. Ask for it again in a few minutes."


class SignUpForm(NamesEmptyFields, AllauthSignUpForm):
    """Respond to a registered email as to a new one: the same page, an email to the owner, the same work."""

    def clean_email(self) -> str:
        email: str = super().clean_email()
        if len(email) > MAX_TYPED:
            raise forms.ValidationError(f"Use an email address of at most {MAX_TYPED} characters.")
        return email

    def try_save(self, request: HttpRequest) -> tuple[User | None, Any]:
        if accept := find_invitation(request.POST.get("next") or request.GET.get("next") or ""):
            return self._save_invited(request, accept), None
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])  # takes most of the time of a sign-up
        made: tuple[User | None, Any] = super().try_save(request)
        return made

    @transaction.atomic
    def _save_invited(self, request: HttpRequest, accept: Accept) -> User:
        # The same for a registered address: its owner is told by email.
        password = self.cleaned_data["password1"]
        user = User.objects.create_user(reserve_address(self.cleaned_data["email"]), password)
        self.custom_signup(request, user)
        accept(user)
        return user


class ConfirmedEmailStage(EmailVerificationStage):
    """Ask for the emailed code before the first sign-in after sign-up, but not whoever came with an invitation.

    An account made by an administrator or a command has no address in allauth: its email is vouched for.
    """

    def handle(self) -> tuple[Any, bool]:
        user = self.login.user
        if user is not None and not user.has_confirmed_email:
            if self.login.signup and not try_to_send_code(self.request, user):
                messages.warning(self.request, NOT_SENT)
            return None, True
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
