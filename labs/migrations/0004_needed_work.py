import django.db.models.deletion
from django.db import migrations, models


def derive(apps, schema_editor):
    """Fill the table from the existing reports."""
    NeededWork = apps.get_model("labs", "NeededWork")
    reports = apps.get_model("labs", "Report").objects.filter(is_current=True)
    for submission, results in reports.values_list("submission_id", "data__results").iterator():
        names = {item["id"][:100] for item in results or () if item.get("outcome") == "needs_work"}
        NeededWork.objects.bulk_create(
            NeededWork(submission_id=submission, name=name) for name in sorted(names)
        )


class Migration(migrations.Migration):

    dependencies = [
        ("labs", "0003_addresses"),
    ]

    operations = [
        migrations.CreateModel(
            name="NeededWork",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, verbose_name="id of the check")),
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="needed_work",
                        to="labs.submission",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("submission", "name"), name="needed_work_once_per_check")
                ],
            },
        ),
        migrations.RunPython(derive, migrations.RunPython.noop),
    ]
