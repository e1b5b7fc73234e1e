"""Rename NeededWork to FailedCheck and OutsideReport to LocalReport, with their constraints and permissions."""

import django.db.models.deletion
from django.db import migrations, models

import lessons.models.shared

RENAMED = (("needed work", "failed check"), ("outside report", "local report"))


def _rename_permissions(apps, pairs):
    permissions = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="labs")
    for old, new in pairs:
        old_model, new_model = old.replace(" ", ""), new.replace(" ", "")
        for permission in permissions.filter(codename__endswith=f"_{old_model}"):
            permission.codename = permission.codename.removesuffix(old_model) + new_model
            permission.name = permission.name.replace(old, new)
            permission.save(update_fields=["codename", "name"])


def rename_permissions(apps, schema_editor):
    """Keep the rights of groups: Django would add new permissions, which no group has."""
    _rename_permissions(apps, RENAMED)


def restore_permissions(apps, schema_editor):
    _rename_permissions(apps, [(new, old) for old, new in RENAMED])


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("labs", "0022_tallies"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="neededwork", name="needed_work_once_per_check"),
        migrations.RemoveConstraint(model_name="outsidereport", name="one_outside_report_per_place_and_commit"),
        migrations.RemoveConstraint(model_name="outsidereport", name="outside_report_of_a_learner_of_its_course"),
        migrations.RemoveConstraint(model_name="outsidereport", name="outside_report_for_a_lab_of_its_course"),
        migrations.RenameModel("NeededWork", "FailedCheck"),
        migrations.RenameModel("OutsideReport", "LocalReport"),
        migrations.AlterField(
            model_name="failedcheck",
            name="submission",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="failed_checks", to="labs.submission"
            ),
        ),
        migrations.AlterField(
            model_name="localreport",
            name="enrollment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="local_reports", to="lessons.enrollment"
            ),
        ),
        migrations.AlterField(
            model_name="localreport",
            name="lab",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="local_reports", to="labs.lab"
            ),
        ),
        migrations.AddConstraint(
            model_name="failedcheck",
            constraint=models.UniqueConstraint(fields=("submission", "name"), name="failed_check_once"),
        ),
        migrations.AddConstraint(
            model_name="localreport",
            constraint=models.UniqueConstraint(
                fields=("enrollment", "lab", "place", "head"), name="one_local_report_per_place_and_commit"
            ),
        ),
        migrations.AddConstraint(
            model_name="localreport",
            constraint=lessons.models.shared.SameParent(
                field="enrollment", name="local_report_of_a_learner_of_its_course", own="course", parent="course"
            ),
        ),
        migrations.AddConstraint(
            model_name="localreport",
            constraint=lessons.models.shared.SameParent(
                field="lab", name="local_report_for_a_lab_of_its_course", own="course", parent="course"
            ),
        ),
        migrations.RunPython(rename_permissions, restore_permissions),
    ]
