from django.db import migrations


def add(apps, schema_editor):
    # The lexemes of titles and headings alone: few pages match there, so all of them can be ranked.
    if schema_editor.connection.vendor == 'postgresql':
        schema_editor.execute(
            "ALTER TABLE lessons_searchentry ADD names tsvector"
            " GENERATED ALWAYS AS (ts_filter(vector, '{a,b}')) STORED",
            params=None,
        )
        schema_editor.execute('CREATE INDEX search_entry_names ON lessons_searchentry USING gin (names)', params=None)


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == 'postgresql':
        schema_editor.execute('ALTER TABLE lessons_searchentry DROP COLUMN names', params=None)


class Migration(migrations.Migration):

    dependencies = [
        ('lessons', '0016_release'),
    ]

    operations = [migrations.RunPython(add, remove)]
