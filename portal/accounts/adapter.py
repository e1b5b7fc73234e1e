from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from allauth.core.internal.ratelimit import truncate_ip
from allauth.core.ratelimit import clear
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest

from portal.accounts.http import client_address
from portal.outages import MailError


class AccountAdapter(DefaultAccountAdapter):
    """Use PUBLIC_URL in email links. allauth takes the host from the request, which the client controls."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": "This account is closed. Ask the course staff to reopen it.",
        "cannot_remove_primary_email": "You can’t remove the email address that you sign in with.",
        "duplicate_email": "This email address is already on your account.",
        "email_password_mismatch": "The email address or password is not correct.",
        "email_taken": "Another account uses this email address.",
        "enter_current_password": "The current password is not correct.",
        "incorrect_code": "This code is not correct. Use the code in our latest email.",
        "incorrect_password": "The password is not correct.",
        "invalid_login": "The email address or password is not correct.",
        "invalid_or_expired_key": "This link no longer works. Ask for a new one.",
        "invalid_password_reset": "This link no longer works. Ask for a new one.",
        "max_email_addresses": "You can add at most %d email addresses.",
        "rate_limited": "We’ve just sent you an email. Wait a minute before you ask for another one.",
        "select_only_one": "Choose only one.",
        "too_many_login_attempts": "Too many attempts. Try again in 5 minutes.",
        "unverified_primary_email": "Confirm this email address before you sign in with it.",
    }

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        links = {name: at_public_url(link) for name, link in context.items() if name.endswith("_url")}
        try:
            super().send_mail(template_prefix, email, {**context, **links})
        except OSError as error:  # SMTPException is one
            # This email was not sent, so it must not limit the retry that the page suggests.
            clear(allauth_context.request, action="confirm_email", key=email.lower())
            raise MailError(f"the mail server did not accept an email: {error!r}") from error

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # Failed sign-ins count per account and IP address, so that strangers cannot lock out the owner.
        key = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{key}:{truncate_ip(client_address(request))}"

    def get_login_stages(self) -> list[str]:
        ours = {
            "allauth.account.stages.EmailVerificationStage": "portal.accounts.sign_up.ConfirmedEmailStage"
        }
        return [ours.get(stage, stage) for stage in super().get_login_stages()]


class SecondFactorAdapter(DefaultMFAAdapter):
    """Show the portal's name in authenticator apps and passkeys, not the host of the request."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "add_email_blocked": "Remove your second factor before you add an email address.",
        "cannot_delete_authenticator": "You can’t remove your second factor.",
        "cannot_generate_recovery_codes": "Set up an app or a passkey before you generate recovery codes.",
        "incorrect_code": "This code is not correct. Enter the current code. Each code works once.",
        "unverified_email": "Confirm your email address first.",
    }

    def build_totp_svg(self, url: str) -> str:
        # Without the XML declaration of a separate file, because it is embedded in the page.
        svg: str = super().build_totp_svg(url)
        return svg[svg.index("<svg") :]

    def _get_site_name(self) -> str:
        return str(settings.SITE_NAME)


def at_public_url(link: str) -> str:
    return str(settings.PUBLIC_URL) + urlsplit(link).path
