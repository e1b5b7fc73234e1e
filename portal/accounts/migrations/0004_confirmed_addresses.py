from django.db import migrations
from django.db.models import Exists, OuterRef

from portal.accounts.models import GITHUB_NAME, github_name_in


def confirm(apps, schema_editor):
    """Mark existing addresses as confirmed, because sign-in now requires that and would lock their owners out."""
    addresses = apps.get_model("account", "EmailAddress").objects
    taken = addresses.filter(email=OuterRef("email"), verified=True)
    addresses.filter(primary=True, verified=False).exclude(Exists(taken)).update(verified=True)


def shorten_github_names(apps, schema_editor):
    """Reduce profile URLs to the username, and clear values that are not GitHub usernames."""
    users = apps.get_model("accounts", "User").objects
    for user in users.exclude(github_name="").only("github_name").iterator():
        name = github_name_in(user.github_name)
        name = name if GITHUB_NAME.fullmatch(name) else ""
        if name != user.github_name:
            users.filter(pk=user.pk).update(github_name=name)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_audit"), ("account", "0009_emailaddress_unique_primary_email")]

    operations = [
        migrations.RunPython(confirm, migrations.RunPython.noop),
        migrations.RunPython(shorten_github_names, migrations.RunPython.noop),
    ]
