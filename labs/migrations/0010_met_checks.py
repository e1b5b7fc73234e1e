import django.db.models.deletion
from django.db import migrations, models


def derive(apps, schema_editor):
    """Fill the table from the checks that needed work."""
    MetCheck = apps.get_model("labs", "MetCheck")
    names = ("submission__enrollment", "submission__lab", "name")
    firsts = apps.get_model("labs", "NeededWork").objects.values_list(*names).order_by()
    rows = firsts.annotate(first=models.Min("submission__number"))
    found = [
        MetCheck(enrollment_id=enrollment, lab_id=lab, name=name, first=first)
        for enrollment, lab, name, first in rows
    ]
    MetCheck.objects.bulk_create(found, 2_000)


class Migration(migrations.Migration):

    dependencies = [
        ("labs", "0009_same_course"),
    ]

    operations = [
        migrations.CreateModel(
            name="MetCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "enrollment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="met_checks",
                        to="lessons.enrollment",
                    ),
                ),
                (
                    "lab",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="met_checks", to="labs.lab"
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="id of the check")),
                ("first", models.PositiveIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("lab", "name", "enrollment"), name="met_once_per_check")
                ],
            },
        ),
        migrations.RunPython(derive, migrations.RunPython.noop),
        migrations.RemoveIndex(model_name="submission", name="submission_queue"),
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(fields=["state", "queue", "queued_at", "id"], name="submission_queue"),
        ),
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(fields=["enrollment", "state", "ended_at"], name="submission_turn"),
        ),
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(fields=["lab", "state", "ended_at"], name="submission_typical"),
        ),
    ]
