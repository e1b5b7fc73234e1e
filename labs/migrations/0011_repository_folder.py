"""Give each folder of a practice repository a name that is never reused; existing folders keep theirs."""

from django.db import migrations, models
from django.db.models.functions import Cast

import labs.models


def keep_present_folders(apps, schema_editor):
    repositories = apps.get_model("labs", "Repository").objects.filter(host=None, folder=None)
    repositories.update(folder=Cast("pk", models.CharField(max_length=40)))


class Migration(migrations.Migration):
    dependencies = [("labs", "0010_met_checks")]

    operations = [
        migrations.AddField(
            model_name="repository",
            name="folder",
            field=models.CharField(editable=False, max_length=40, null=True),
        ),
        migrations.RunPython(keep_present_folders, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="repository",
            name="folder",
            field=models.CharField(
                default=labs.models.new_public_id, editable=False, max_length=40, null=True, unique=True
            ),
        ),
    ]
