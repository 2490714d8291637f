"""What only the author's organisation is told of an act, beside its body."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """One column; acts of before have nothing in it."""

    dependencies = [("ledger", "0002_log")]

    operations = [
        migrations.AddField(model_name="actbody", name="aside", field=models.BinaryField(null=True)),
    ]
