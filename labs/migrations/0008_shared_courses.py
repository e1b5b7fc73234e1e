"""Store the course of each repository, submission and outside report, and the lab of each report."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, OuterRef, Subquery


def fill(apps, schema_editor):
    enrollments = apps.get_model("lessons", "Enrollment").objects.filter(pk=OuterRef("enrollment_id"))
    for name in ("Repository", "Submission", "OutsideReport"):
        apps.get_model("labs", name).objects.update(course=Subquery(enrollments.values("course")))
    submissions = apps.get_model("labs", "Submission").objects.filter(pk=OuterRef("submission_id"))
    apps.get_model("labs", "Report").objects.update(lab=Subquery(submissions.values("lab")))



class Migration(migrations.Migration):
    dependencies = [
        ('labs', '0007_queues'),
        ('lessons', '0004_shared_courses'),
    ]

    operations = [
        migrations.AddField(
            model_name='outsidereport',
            name='course',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='lessons.course'),
        ),
        migrations.AddField(
            model_name='report',
            name='lab',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='labs.lab'),
        ),
        migrations.AddField(
            model_name='repository',
            name='course',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='lessons.course'),
        ),
        migrations.AddField(
            model_name='submission',
            name='course',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='lessons.course'),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
