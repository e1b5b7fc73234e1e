from django.db import migrations


def use_registered_kind(apps, schema_editor):
    apps.get_model("notices", "Notice").objects.filter(kind="report").update(kind="reply")


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_initial")]

    operations = [migrations.RunPython(use_registered_kind, migrations.RunPython.noop, elidable=True)]
