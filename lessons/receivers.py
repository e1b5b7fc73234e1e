"""Match rosters again when somebody confirms an email or links an account. The signals are allauth's."""

from typing import Any

from allauth.account.signals import email_confirmed
from allauth.socialaccount.signals import social_account_added
from django.dispatch import receiver

from lessons.roster_matching import fulfil_rosters_of


# Any: allauth has no types
@receiver(email_confirmed)
def on_confirmed(email_address: Any, **kwargs: Any) -> None:
    fulfil_rosters_of(email_address.user)


# Any: allauth has no types
@receiver(social_account_added)
def on_linked(sociallogin: Any, **kwargs: Any) -> None:
    fulfil_rosters_of(sociallogin.user)
