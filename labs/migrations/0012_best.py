from django.db import migrations, models
from django.db.models import F

from lessons.models.best import rank

BATCH = 2_000


def derive(apps, schema_editor):
    """Mark the best submissions by the existing reports."""
    Submission = apps.get_model("labs", "Submission")
    graded = Submission.objects.filter(reports__is_current=True).order_by()
    graded = graded.annotate(points=F("reports__points"), max_points=F("reports__max_points"))
    ranked = rank(graded, per="lab", points="points", max_points="max_points")
    best = list(ranked.filter(best_rank=1).values_list("pk", flat=True))
    for start in range(0, len(best), BATCH):  # keys: after a restore PostgreSQL may rank all for each row otherwise
        Submission.objects.filter(pk__in=best[start : start + BATCH]).update(is_best=True)


class Migration(migrations.Migration):

    dependencies = [
        ("labs", "0011_repository_folder"),
    ]

    operations = [
        migrations.AddField(
            model_name="submission",
            name="is_best",
            field=models.BooleanField(
                default=False, editable=False, help_text="It counts; kept with each report."
            ),
        ),
        migrations.RunPython(derive, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_best", True)),
                fields=("enrollment", "lab"),
                name="one_best_submission_per_lab",
            ),
        ),
    ]
