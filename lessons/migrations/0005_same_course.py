"""Let the database refuse a row that refers to rows of different courses or labs."""

import django.db.models.deletion
from django.db import migrations, models

import lessons.models.shared


class Migration(migrations.Migration):
    dependencies = [
        ("lessons", "0004_shared_courses"),
    ]

    operations = [
        migrations.AlterField(
            model_name='attempt',
            name='course',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='lessons.course'),
        ),
        migrations.AlterField(
            model_name='meeting',
            name='course',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='lessons.course'),
        ),
        migrations.AlterField(
            model_name='reading',
            name='course',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='lessons.course'),
        ),
        migrations.AlterField(
            model_name='tick',
            name='course',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='lessons.course'),
        ),
        migrations.AddConstraint(
            model_name='cohort',
            constraint=models.UniqueConstraint(fields=('id', 'course'), name='cohort_and_course'),
        ),
        migrations.AddConstraint(
            model_name='enrollment',
            constraint=models.UniqueConstraint(fields=('id', 'course'), name='enrollment_and_course'),
        ),
        migrations.AddConstraint(
            model_name='lesson',
            constraint=models.UniqueConstraint(fields=('id', 'course'), name='lesson_and_course'),
        ),
        migrations.AddConstraint(
            model_name='quiz',
            constraint=models.UniqueConstraint(fields=('id', 'course'), name='quiz_and_course'),
        ),
        migrations.AddConstraint(
            model_name='quizversion',
            constraint=models.UniqueConstraint(fields=('id', 'quiz'), name='quiz_version_and_quiz'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.UniqueConstraint(fields=('id', 'course'), name='session_and_course'),
        ),
        migrations.AddConstraint(
            model_name='attempt',
            constraint=lessons.models.shared.SameParent(field='enrollment', name='attempt_of_a_learner_of_its_course', own='course', parent='course'),
        ),
        migrations.AddConstraint(
            model_name='attempt',
            constraint=lessons.models.shared.SameParent(field='quiz', name='attempt_at_a_quiz_of_its_course', own='course', parent='course'),
        ),
        migrations.AddConstraint(
            model_name='attempt',
            constraint=lessons.models.shared.SameParent(field='version', name='attempt_at_a_version_of_its_quiz', own='quiz', parent='quiz'),
        ),
        migrations.AddConstraint(
            model_name='enrollment',
            constraint=lessons.models.shared.SameParent(field='cohort', name='enrollment_in_a_cohort_of_its_course', own='course', parent='course'),
        ),
        migrations.AddConstraint(
            model_name='lesson',
            constraint=lessons.models.shared.SameParent(field='session', name='lesson_in_a_session_of_its_course', own='course', parent='course'),
        ),
        migrations.AddConstraint(
            model_name='meeting',
            constraint=lessons.models.shared.SameParent(field='cohort', name='meeting_of_a_cohort_of_its_course', own='course', parent='course'),
        ),
        migrations.AddConstraint(
            model_name='meeting',
            constraint=lessons.models.shared.SameParent(field='session', name='meeting_of_a_session_of_its_course', own='course', parent='course'),
        ),
        migrations.AddConstraint(
            model_name='quiz',
            constraint=lessons.models.shared.SameParent(field='lesson', name='quiz_of_a_lesson_of_its_course', own='course', parent='course'),
        ),
        migrations.AddConstraint(
            model_name='quiz',
            constraint=lessons.models.shared.SameParent(field='current', name='current_version_of_its_quiz', own='id', parent='quiz'),
        ),
        migrations.AddConstraint(
            model_name='reading',
            constraint=lessons.models.shared.SameParent(field='enrollment', name='reading_by_a_learner_of_its_course', own='course', parent='course'),
        ),
        migrations.AddConstraint(
            model_name='reading',
            constraint=lessons.models.shared.SameParent(field='lesson', name='reading_of_a_lesson_of_its_course', own='course', parent='course'),
        ),
        migrations.AddConstraint(
            model_name='tick',
            constraint=lessons.models.shared.SameParent(field='enrollment', name='tick_by_a_learner_of_its_course', own='course', parent='course'),
        ),
        migrations.AddConstraint(
            model_name='tick',
            constraint=lessons.models.shared.SameParent(field='lesson', name='tick_in_a_lesson_of_its_course', own='course', parent='course'),
        ),
        migrations.AddConstraint(
            model_name='tick',
            constraint=lessons.models.shared.SameParent(field='session', name='tick_in_a_session_of_its_course', own='course', parent='course'),
        ),
    ]
