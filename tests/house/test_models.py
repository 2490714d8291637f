"""Each model says which of the four kinds it is (DESIGN 4a)."""

import django
from django.apps import apps

django.setup()

BELOW_THE_ROOMS = {"store", "ledger", "pulse"}


def test_each_model_of_a_room_names_its_kind():
    from mitra.ledger.kinds import GovernanceRow, OwnRow

    unnamed = [
        model.__name__
        for config in apps.get_app_configs()
        if config.name.startswith("mitra.") and config.label not in BELOW_THE_ROOMS
        for model in config.get_models()
        if not issubclass(model, GovernanceRow | OwnRow)
    ]
    assert unnamed == []
