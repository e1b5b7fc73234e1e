from django.db import migrations
from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Concat


def add_learners(apps, schema_editor):
    inquiries = apps.get_model("progress", "Inquiry").objects.filter(override__isnull=False)
    inquiries.update(thing=Concat(F("thing"), Value(":"), Cast("enrollment_id", CharField())))


class Migration(migrations.Migration):
    dependencies = [("progress", "0009_own_data")]
    operations = [migrations.RunPython(add_learners, migrations.RunPython.noop)]
