import django.db.models.deletion
from django.db import migrations, models

from mitra.store.schema import drop_tables, make_tables


class Migration(migrations.Migration):
    initial = True

    dependencies = [("ledger", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Audience",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.BinaryField(max_length=16, unique=True)),
                ("room", models.CharField(max_length=40)),
                ("realm", models.IntegerField()),
                ("tlp", models.PositiveSmallIntegerField()),
                ("circles", models.TextField(blank=True)),
                ("embargo_until", models.BigIntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="AudienceCircle",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("circle", models.BigIntegerField()),
                (
                    "audience",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="circle_rows",
                        to="store.audience",
                    ),
                ),
            ],
            options={"db_table": "store_audience_circle"},
        ),
        migrations.AddConstraint(
            model_name="audiencecircle",
            constraint=models.UniqueConstraint(fields=("circle", "audience"), name="store_circle_audience"),
        ),
        migrations.RunPython(make_tables, drop_tables),
    ]
