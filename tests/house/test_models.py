"""Each model says which of the four kinds it is (DESIGN 4a)."""

from pathlib import Path

import django
from django.apps import apps

django.setup()

SOURCES = Path(__file__).parents[2] / "src" / "mitra"
BELOW_THE_ROOMS = {"store", "ledger", "pulse"}


def test_each_model_of_a_room_names_its_kind():
    from mitra.ledger.kinds import GovernanceRow, OwnRow
    from mitra.store.things.rows import SharedRow

    unnamed = [
        model.__name__
        for config in apps.get_app_configs()
        if config.name.startswith("mitra.") and config.label not in BELOW_THE_ROOMS
        for model in config.get_models()
        if not issubclass(model, GovernanceRow | OwnRow | SharedRow)
    ]
    assert unnamed == []


def test_a_shared_row_is_asked_for_by_django_itself_through_its_guarded_manager():
    from mitra.store.things.rows import SharedRow, SharedRows

    shared = [model for model in apps.get_models() if issubclass(model, SharedRow)]
    assert shared
    assert [
        model.__name__
        for model in shared
        if not isinstance(model._base_manager, SharedRows) or not isinstance(model._default_manager, SharedRows)
    ] == []


def test_who_reads_shared_rows_without_a_viewer_is_listed():
    called = [
        str(path.relative_to(SOURCES))
        for path in sorted(SOURCES.rglob("*.py"))
        if ".unrestricted(" in path.read_text(encoding="utf-8")
    ]
    assert called == ["store/things/agreeing.py", "store/things/releasing.py"]
