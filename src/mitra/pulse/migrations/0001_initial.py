import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="ClockJump",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.BigIntegerField()),
                ("seconds", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Job",
            fields=[
                ("name", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("next_at", models.BigIntegerField()),
                ("ran_at", models.BigIntegerField(null=True)),
                ("error", models.CharField(blank=True, max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name="Worker",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("started_at", models.BigIntegerField()),
                ("seen_at", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="EventRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(unique=True)),
                ("name", models.CharField(max_length=80)),
                ("v", models.PositiveSmallIntegerField()),
                ("subject", models.CharField(max_length=120)),
                ("nr", models.BigIntegerField()),
                ("actor", models.BigIntegerField(null=True)),
                ("audience", models.BigIntegerField(null=True)),
                ("realm", models.IntegerField()),
                ("at", models.BigIntegerField()),
                ("cause", models.UUIDField(null=True)),
                ("depth", models.PositiveSmallIntegerField()),
                ("fields", models.TextField()),
                ("is_told", models.BooleanField(default=False)),
            ],
            options={
                "db_table": "pulse_event",
                "indexes": [
                    models.Index(condition=models.Q(("is_told", False)), fields=["id"], name="pulse_event_untold"),
                    models.Index(
                        condition=models.Q(("audience__isnull", False)),
                        fields=["audience", "uid"],
                        name="pulse_event_audience",
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("subject", "nr"), name="pulse_event_subject_nr")],
            },
        ),
        migrations.CreateModel(
            name="Subject",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject", models.CharField(max_length=120)),
                ("nr", models.BigIntegerField()),
                ("at", models.BigIntegerField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("subject",), name="pulse_subject_once")],
            },
        ),
        migrations.CreateModel(
            name="Timer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                ("subject", models.CharField(max_length=120)),
                ("due_at", models.BigIntegerField()),
                ("realm", models.IntegerField()),
            ],
            options={
                "indexes": [models.Index(fields=["due_at", "id"], name="pulse_timer_due")],
                "constraints": [models.UniqueConstraint(fields=("name", "subject"), name="pulse_timer_once")],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("handler", models.CharField(max_length=80)),
                ("subject", models.CharField(max_length=120)),
                ("nr", models.BigIntegerField(default=0)),
                ("state", models.CharField(default="waiting", max_length=8)),
                ("state_at", models.BigIntegerField()),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("next_at", models.BigIntegerField()),
                ("error", models.CharField(blank=True, max_length=200)),
                ("due_at", models.BigIntegerField(null=True)),
                ("realm", models.IntegerField(default=0)),
                (
                    "event",
                    models.ForeignKey(
                        db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to="pulse.eventrow"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")), fields=["next_at", "id"], name="pulse_delivery_due"
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ("waiting", "parked"))),
                        fields=["handler", "subject", "nr", "id"],
                        name="pulse_delivery_undone",
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("event", "handler"), name="pulse_delivery_once")],
            },
        ),
    ]
