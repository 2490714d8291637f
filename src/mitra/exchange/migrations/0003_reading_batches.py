from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import migrations, models

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations.state import StateApps

ITS_OWN_ACT = 0


def keep_logged(apps: StateApps, _editor: BaseDatabaseSchemaEditor) -> None:
    """The first release wrote an act for each reading: these are in the log already."""
    apps.get_model("exchange", "RedReading").objects.update(act=ITS_OWN_ACT)


class Migration(migrations.Migration):
    dependencies = [("exchange", "0002_tightening")]

    operations = [
        migrations.AddField(model_name="redreading", name="act", field=models.BigIntegerField(null=True)),
        migrations.RunPython(keep_logged, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="redreading",
            index=models.Index(condition=models.Q(("act__isnull", True)), fields=["id"], name="red_readings_to_log"),
        ),
    ]
