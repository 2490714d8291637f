from django.db import migrations

from mitra.store.words.tables import make_words


class Migration(migrations.Migration):
    dependencies = [("store", "0003_handed")]

    operations = [migrations.RunPython(make_words, migrations.RunPython.noop)]
