"""The roles as groups, and the table of the cache that counts failed sign-ins."""

from django.core.management import call_command
from django.db import migrations

ROLES = ("reviewer", "lead", "manager", "workflow_owner", "auditor", "admin")


def add_roles(apps, schema_editor):
    """One group per role."""
    group = apps.get_model("auth", "Group")
    group.objects.using(schema_editor.connection.alias).bulk_create([group(name=name) for name in ROLES])


def add_cache_table(apps, schema_editor):
    """The table of Django's database cache, made by Django's own command."""
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("escalations", "0002_ledger_guards"), ("auth", "0012_alter_user_first_name_max_length")]
    operations = [
        migrations.RunPython(add_roles, migrations.RunPython.noop),
        migrations.RunPython(add_cache_table, migrations.RunPython.noop),
    ]
