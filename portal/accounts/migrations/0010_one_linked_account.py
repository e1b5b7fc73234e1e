from django.db import migrations
from django.db.models import Exists, OuterRef


def keep_the_first_link(apps, schema_editor):
    accounts = apps.get_model("socialaccount", "SocialAccount")._default_manager
    earlier = accounts.filter(user=OuterRef("user"), provider=OuterRef("provider"), pk__lt=OuterRef("pk"))
    keys = list(accounts.filter(Exists(earlier)).values_list("pk", flat=True))
    for start in range(0, len(keys), 500):
        accounts.filter(pk__in=keys[start : start + 500]).delete()
    schema_editor.connection.check_constraints()  # PostgreSQL makes no index while checks of the rows wait


class Migration(migrations.Migration):
    # An index of ours on a table of allauth, which only keeps (provider, uid) unique: one account for each person, too.
    # SQLite loses it if a migration of allauth alters the table: the test of the race would fail then.
    dependencies = [
        ("accounts", "0009_github_accounts"),
        ("socialaccount", "0006_alter_socialaccount_extra_data"),
    ]

    operations = [
        migrations.RunPython(keep_the_first_link, migrations.RunPython.noop),
        migrations.RunSQL(
            'CREATE UNIQUE INDEX "one_linked_account_of_user" ON "socialaccount_socialaccount" ("user_id", "provider")',
            'DROP INDEX "one_linked_account_of_user"',
        ),
    ]
