import hashlib

from django.conf import settings
from django.db import migrations

GOOGLE_SERVER = "https://accounts.google.com"


def add_the_server(apps, schema_editor):
    # The subject alone would give an account to another person after a change of server. Accounts of a server that is
    # no longer set up keep their subject, which no sign-in has any more.
    servers = {"google": GOOGLE_SERVER, "oidc": settings.OIDC_SERVER_URL}
    accounts = apps.get_model("socialaccount", "SocialAccount")
    for account in accounts.objects.filter(provider__in=[name for name, server in servers.items() if server]):
        subject, server = account.uid, servers[account.provider]
        account.uid = hashlib.sha256(f"{server}\n{subject}".encode()).hexdigest()
        if not account.extra_data.get("label"):
            account.extra_data = {**account.extra_data, "label": subject}
        account.save()


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0013_look"),
        ("socialaccount", "0006_alter_socialaccount_extra_data"),
    ]
    operations = [migrations.RunPython(add_the_server, migrations.RunPython.noop, elidable=True)]
