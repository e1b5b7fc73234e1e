import re

from django.db import migrations, models

USED = re.compile(r"/media/(?:files|images)/([0-9a-f]{32})[/.]")
TEXTS = ("html", "staff_html", "source")


def list_images(apps, schema_editor):
    """Add the images of lessons and quizzes, which were open to anybody, to the files that each lesson has."""
    lesson_model, quiz_model = apps.get_model("lessons", "Lesson"), apps.get_model("lessons", "Quiz")
    attachment = apps.get_model("lessons", "Attachment")
    versions = apps.get_model("lessons", "QuizVersion").objects.filter(source__contains="/media/")
    found = {}  # by lesson and token, True if it is only for staff
    lessons = lesson_model._base_manager.filter(source__contains="/media/")
    for key, html, staff_html, source in lessons.values_list("pk", *TEXTS).iterator():
        found |= {(key, token): True for token in USED.findall(staff_html + source)}
        found |= {(key, token): False for token in USED.findall(html)}
    quizzes = quiz_model._base_manager.filter(source__contains="/media/").values_list("lesson", "source")
    for key, source in [*quizzes, *versions.values_list("quiz__lesson", "source")]:
        found |= {(key, token): False for token in USED.findall(source)}
    rows = [attachment(lesson_id=key, token=token, for_staff=staff) for (key, token), staff in found.items()]
    attachment.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("lessons", "0032_late_days")]

    operations = [
        migrations.AddField("attachment", "for_staff", models.BooleanField(default=False)),
        migrations.RunPython(list_images, migrations.RunPython.noop),
    ]
