"""Two walls around what may never change: the runtime role lacks the right, and triggers refuse whoever has it.

The role that migrates owns the tables; the runtime role gets what it needs and no more. Without a role of its own
(`DATABASE_URL` alone) only the second wall stands.
"""

from django.conf import settings
from django.db import migrations

APPEND_ONLY = ("event", "decision", "review", "policy", "rubric", "calendarversion", "notice")

GUARD = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: its rows are append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
"""

TRIGGERS = """
CREATE TRIGGER rows_stay BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER table_stays BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER rows_stay;
ALTER TABLE {table} ENABLE ALWAYS TRIGGER table_stays;
"""

GRANTS = """
GRANT USAGE ON SCHEMA public TO {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role};
"""


def guard(apps, schema_editor):
    """Put the triggers on and hand out the rights."""
    schema_editor.execute(GUARD, params=None)
    for name in APPEND_ONLY:
        schema_editor.execute(TRIGGERS.format(table=f"escalations_{name}"))
    role, owner = settings.DATABASES["default"]["USER"], schema_editor.connection.settings_dict["USER"]
    if role and role != owner:
        quoted = schema_editor.quote_name(role)
        schema_editor.execute(GRANTS.format(role=quoted))
        for name in APPEND_ONLY:
            schema_editor.execute(f"REVOKE UPDATE, DELETE ON escalations_{name} FROM {quoted}")


def unguard(apps, schema_editor):
    """Take the triggers off; rights stay with the role."""
    schema_editor.execute("DROP FUNCTION refuse_change() CASCADE")


class Migration(migrations.Migration):
    dependencies = [
        ("escalations", "0001_models"),
        ("sessions", "0001_initial"),
        ("guardian", "__first__"),
    ]
    run_before = []
    operations = [migrations.RunPython(guard, unguard)]
