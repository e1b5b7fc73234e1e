from django.db import migrations, models


def forget_faults(apps, schema_editor):
    """Prove labs again whose proof recorded a fault on our side as an outcome."""
    versions = apps.get_model("labs", "LabVersion").objects.filter(proved=False, proof__isnull=False)
    for version in versions.only("proof").iterator():
        scenarios = version.proof.get("scenarios", [])
        if any(each["found"] == "fault" for scenario in scenarios for each in scenario["differences"]):
            version.proof, version.proving_tries, version.proving_until = None, 0, None
            version.save(update_fields=["proof", "proving_tries", "proving_until"])


class Migration(migrations.Migration):
    dependencies = [("labs", "0013_standing")]

    operations = [
        migrations.AddField(
            model_name="labversion",
            name="proving_told",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.RunPython(forget_faults, migrations.RunPython.noop, elidable=True),
    ]
