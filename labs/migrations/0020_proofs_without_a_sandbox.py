from django.db import migrations


def forget_proofs_without_a_sandbox(apps, schema_editor):
    """Prove labs again whose "not provable here" was kept because a runner had gone away meanwhile."""
    versions = apps.get_model("labs", "LabVersion").objects.filter(proved=False, proof__isnull=False)
    begun = {"proof": None, "proving_tries": 0, "proving_until": None, "proving_fault": "", "proving_told": False}
    for version in versions.only("proof").iterator():
        if any(not check["provable"] for check in version.proof.get("checks", [])):
            versions.filter(pk=version.pk).update(**begun)


class Migration(migrations.Migration):
    dependencies = [("labs", "0019_environment_missing")]

    operations = [
        migrations.RunPython(forget_proofs_without_a_sandbox, migrations.RunPython.noop, elidable=True),
    ]
