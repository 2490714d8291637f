from __future__ import annotations

from typing import TYPE_CHECKING

import django.db.models.deletion
from django.db import migrations, models

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def find_shares(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    """Acts of the first release say where their shares are; a new node has neither yet."""
    connection = editor.connection
    if "share" not in connection.introspection.table_names():
        return
    made = "SELECT act, min(seq), count(*) FROM share GROUP BY act"
    with connection.cursor() as cursor:
        cursor.execute(made)
        rows = cursor.fetchall()
        cursor.executemany(
            "UPDATE ledger_act SET first_seq = %s, shares = %s WHERE id = %s",
            [(first, count, act) for act, first, count in rows],
        )


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("size", models.BigIntegerField(primary_key=True, serialize=False)),
                ("root", models.BinaryField(max_length=32)),
                ("note", models.TextField()),
                ("at", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Log",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("size", models.BigIntegerField(default=0)),
                ("root", models.BinaryField(max_length=32)),
                ("stopped", models.TextField(blank=True)),
                ("stopped_at", models.BigIntegerField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="act",
            name="erased_by",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="act",
            name="first_seq",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="act",
            name="shares",
            field=models.IntegerField(null=True),
        ),
        migrations.CreateModel(
            name="ErasedLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seq", models.BigIntegerField()),
                ("leaf", models.BinaryField(max_length=32)),
                (
                    "act",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.act"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("act", "seq"), name="ledger_erased_once")],
            },
        ),
        migrations.CreateModel(
            name="KeyChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(max_length=20)),
                ("old", models.CharField(max_length=400)),
                ("new", models.CharField(max_length=400)),
                ("at", models.BigIntegerField()),
                ("signs_until", models.BigIntegerField()),
                ("statement", models.TextField(blank=True)),
                (
                    "act",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.act"),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["role", "at"], name="ledger_key_changes")],
            },
        ),
        migrations.RunPython(find_shares, migrations.RunPython.noop),
    ]
