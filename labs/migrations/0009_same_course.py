"""Let the database refuse a row that refers to rows of different courses or labs."""

import django.db.models.deletion
from django.db import migrations, models

import lessons.models.shared


class Migration(migrations.Migration):
    dependencies = [
        ("labs", "0008_shared_courses"),
        ("lessons", "0005_same_course"),
    ]

    operations = [
        migrations.AlterField(
            model_name='outsidereport',
            name='course',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='lessons.course'),
        ),
        migrations.AlterField(
            model_name='report',
            name='lab',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='labs.lab'),
        ),
        migrations.AlterField(
            model_name='repository',
            name='course',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='lessons.course'),
        ),
        migrations.AlterField(
            model_name='submission',
            name='course',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='lessons.course'),
        ),
        migrations.AddConstraint(
            model_name='lab',
            constraint=models.UniqueConstraint(fields=('id', 'course'), name='lab_and_course'),
        ),
        migrations.AddConstraint(
            model_name='labversion',
            constraint=models.UniqueConstraint(fields=('id', 'lab'), name='lab_version_and_lab'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.UniqueConstraint(fields=('id', 'lab'), name='submission_and_lab'),
        ),
        migrations.AddConstraint(
            model_name='lab',
            constraint=lessons.models.shared.SameParent(field='current', name='current_version_of_its_lab', own='id', parent='lab'),
        ),
        migrations.AddConstraint(
            model_name='outsidereport',
            constraint=lessons.models.shared.SameParent(field='enrollment', name='outside_report_of_a_learner_of_its_course', own='course', parent='course'),
        ),
        migrations.AddConstraint(
            model_name='outsidereport',
            constraint=lessons.models.shared.SameParent(field='lab', name='outside_report_for_a_lab_of_its_course', own='course', parent='course'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=lessons.models.shared.SameParent(field='submission', name='report_on_a_submission_for_its_lab', own='lab', parent='lab'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=lessons.models.shared.SameParent(field='lab_version', name='report_by_a_version_of_its_lab', own='lab', parent='lab'),
        ),
        migrations.AddConstraint(
            model_name='repository',
            constraint=lessons.models.shared.SameParent(field='enrollment', name='repository_of_a_learner_of_its_course', own='course', parent='course'),
        ),
        migrations.AddConstraint(
            model_name='repository',
            constraint=lessons.models.shared.SameParent(field='lab', name='repository_for_a_lab_of_its_course', own='course', parent='course'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=lessons.models.shared.SameParent(field='enrollment', name='submission_of_a_learner_of_its_course', own='course', parent='course'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=lessons.models.shared.SameParent(field='lab', name='submission_for_a_lab_of_its_course', own='course', parent='course'),
        ),
    ]
