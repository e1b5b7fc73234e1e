"""Let the deletion of an account take names out of grade changes. Nothing else of a row can change."""

from django.db import migrations

TABLE = "lessons_gradechange"
FIXED = ("id", "at", "kind", "course_id", "enrollment_id", "item", "title", "old", "new", "out_of", "by_id")
SAME = " AND ".join(f'NEW."{column}" IS OLD."{column}"' for column in FIXED)
ERASES = (
    "(NEW.who = OLD.who OR (OLD.who <> '' AND NEW.who LIKE 'Former %'))"
    " AND (NEW.why = OLD.why OR (OLD.why <> '' AND NEW.why = '(removed)'))"
)
REFUSES = "RAISE(ABORT, 'grade changes are append-only')"
TRIGGER = f"CREATE TRIGGER grade_changes_refuse_update BEFORE UPDATE ON {TABLE}"
DROP = "DROP TRIGGER grade_changes_refuse_update"
ON_SQLITE = [DROP, f"{TRIGGER} WHEN NOT ({SAME} AND {ERASES}) BEGIN SELECT {REFUSES}; END"]
NOT_ON_SQLITE = [DROP, f"{TRIGGER} BEGIN SELECT {REFUSES}; END"]
RAISE = "RAISE EXCEPTION 'grade changes are append-only' USING ERRCODE = 'integrity_constraint_violation';"
FUNCTION = "CREATE OR REPLACE FUNCTION refuse_grade_changes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
ON_POSTGRESQL = [
    f"{FUNCTION} IF TG_OP = 'UPDATE' THEN"
    f" IF to_jsonb(NEW) - 'who' - 'why' = to_jsonb(OLD) - 'who' - 'why' AND {ERASES} THEN RETURN NEW; END IF;"
    f" END IF; {RAISE} END $$"
]
NOT_ON_POSTGRESQL = [f"{FUNCTION} {RAISE} END $$"]


def run(on_sqlite, on_postgresql):
    def execute(apps, schema_editor):
        is_postgresql = schema_editor.connection.vendor == "postgresql"
        for statement in on_postgresql if is_postgresql else on_sqlite:
            schema_editor.execute(statement, params=None)

    return execute


class Migration(migrations.Migration):
    dependencies = [("lessons", "0043_parts_of_threads")]

    operations = [migrations.RunPython(run(ON_SQLITE, ON_POSTGRESQL), run(NOT_ON_SQLITE, NOT_ON_POSTGRESQL))]
