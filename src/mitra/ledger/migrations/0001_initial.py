import django.db.models.deletion
from django.db import migrations, models

COUNTER = """
CREATE TABLE ledger_counter (
    id integer PRIMARY KEY CHECK (id = 1),
    seq bigint NOT NULL,
    leaf bigint NOT NULL,
    last_at bigint NOT NULL
)
"""
START = "INSERT INTO ledger_counter (id, seq, leaf, last_at) VALUES (1, 0, 0, 0)"


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Act",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("leaf", models.BigIntegerField(unique=True)),
                ("commitment", models.BinaryField(max_length=32)),
                ("t", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="ActBody",
            fields=[
                (
                    "act",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="body_row",
                        serialize=False,
                        to="ledger.act",
                    ),
                ),
                ("kind", models.CharField(max_length=60)),
                ("by", models.BigIntegerField(null=True)),
                ("at", models.BigIntegerField()),
                ("salt", models.BinaryField(max_length=32)),
                ("seed", models.BinaryField(max_length=32, null=True)),
                ("body", models.BinaryField()),
            ],
        ),
        migrations.RunSQL(COUNTER, "DROP TABLE ledger_counter"),
        migrations.RunSQL(START, migrations.RunSQL.noop),
    ]
