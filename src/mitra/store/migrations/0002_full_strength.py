from django.db import migrations, models

from mitra.store.schema import strengthen_tables


class Migration(migrations.Migration):
    dependencies = [("store", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="audience",
            name="lifted_at",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddIndex(
            model_name="audience",
            index=models.Index(
                condition=models.Q(("embargo_until__isnull", False), ("lifted_at__isnull", True)),
                fields=["embargo_until"],
                name="store_audience_running",
            ),
        ),
        migrations.RunPython(strengthen_tables, migrations.RunPython.noop),
    ]
