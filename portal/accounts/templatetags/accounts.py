import json

from allauth.account.models import EmailAddress
from django import template
from django.core.serializers.json import DjangoJSONEncoder

from portal.accounts.models import User

register = template.Library()


@register.filter
def as_json(value: object) -> str:
    # For an attribute that a script reads: data in a `<script>` would be inline.
    return json.dumps(value, cls=DjangoJSONEncoder)


@register.filter
def has_unconfirmed_email(user: User) -> bool:
    return bool(EmailAddress.objects.filter(user=user, verified=False).exists())
