"""Store the course in the rows of learners and meetings. Repair rows of two courses, which forms accepted."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, OuterRef, Subquery


def fill(apps, schema_editor):
    models = {name: apps.get_model("lessons", name) for name in MODELS}
    refuse_lessons_and_quizzes(models)
    repair_enrollments(models)
    remove_meetings(models)
    parents = {"Meeting": "Cohort", "Attempt": "Enrollment", "Reading": "Enrollment", "Tick": "Enrollment"}
    for name, parent in parents.items():
        rows = models[parent].objects.filter(pk=OuterRef(f"{parent.lower()}_id"))
        models[name].objects.update(course=Subquery(rows.values("course")))


MODELS = ("Attempt", "Cohort", "Enrollment", "Lesson", "Meeting", "Quiz", "Reading", "Tick")


def refuse_lessons_and_quizzes(models):
    """A form never accepted these, so nobody but their author knows which course is meant."""
    for name, parent in (("Lesson", "session"), ("Quiz", "lesson")):
        wrong = models[name].objects.exclude(**{f"{parent}__course": F("course")})
        if found := list(wrong.values_list("slug", flat=True)):
            raise ValueError(f"{name} {', '.join(found)}: choose a {parent} of its own course, then migrate again.")


def repair_enrollments(models):
    """Keep the course, to which the learner's work belongs, and choose one of its cohorts."""
    wrong = models["Enrollment"].objects.exclude(cohort__course=F("course"))
    for enrollment in wrong.select_related("cohort", "course"):
        course = enrollment.course
        cohort = models["Cohort"].objects.filter(course=course).order_by("pk").first()
        enrollment.cohort = cohort or models["Cohort"].objects.create(
            course=course, slug="kept", title="Kept", time_zone=course.time_zone, open=False
        )
        enrollment.save(update_fields=["cohort"])
        print(f"\n  Enrollment {enrollment.pk} was in a cohort of another course. It is now in {enrollment.cohort.slug}.")


def remove_meetings(models):
    """Delete meetings of two courses. Nobody used them: their pages answered 500."""
    wrong = models["Meeting"].objects.exclude(session__course=F("cohort__course"))
    for meeting in wrong.select_related("session", "cohort"):
        day = f"{meeting.starts_at:%d %B %Y}"
        print(f"\n  Removed a meeting of {meeting.cohort.slug} on {day}: {meeting.session.slug} belongs to another course.")
        meeting.delete()



class Migration(migrations.Migration):
    dependencies = [
        ('lessons', '0003_checked_lists'),
    ]

    operations = [
        migrations.AddField(
            model_name='attempt',
            name='course',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='lessons.course'),
        ),
        migrations.AddField(
            model_name='meeting',
            name='course',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='lessons.course'),
        ),
        migrations.AddField(
            model_name='reading',
            name='course',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='lessons.course'),
        ),
        migrations.AddField(
            model_name='tick',
            name='course',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='lessons.course'),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
