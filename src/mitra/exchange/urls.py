"""The addresses of sharing for people, under `/exchange/`."""

from __future__ import annotations

from django.urls import path

from mitra.exchange.views import held, holders, imports, looking, owning, printing, proof, record, records, sharing

app_name = "exchange"

urlpatterns = [
    path("records", records.records, name="records"),
    path("records/<str:ref>", record.record, name="record"),
    path("records/<str:ref>/raw", record.raw, name="record-raw"),
    path("records/<str:ref>/print", printing.print_record, name="record-print"),
    path("records/<str:ref>/proof", proof.proof, name="record-proof"),
    path("records/<str:ref>/proof/<str:which>", proof.proof_file, name="record-proof-file"),
    path("records/<str:ref>/share", owning.share_on, name="record-share"),
    path("records/<str:ref>/audience", owning.audience, name="record-audience"),
    path("records/<str:ref>/version", owning.version, name="record-version"),
    path("records/<str:ref>/revoke", owning.revoke, name="record-revoke"),
    path("records/<str:ref>/withdraw", owning.withdraw, name="record-withdraw"),
    path("records/<str:ref>/holders", holders.holders, name="record-holders"),
    path("records/<str:ref>/recall", holders.recall, name="record-recall"),
    path("recalls", holders.recalls, name="recalls"),
    path("recalls/<uuid:recall_id>", holders.outcome, name="recall"),
    path("notices", holders.notices, name="notices"),
    path("notices/<uuid:notice_id>/done", holders.notice_done, name="notice-done"),
    path("share", sharing.share, name="share"),
    path("share/outcome", sharing.shared, name="shared"),
    path("share/discard", sharing.discard, name="share-discard"),
    path("imports", imports.imports, name="imports"),
    path("imports/<uuid:import_id>", imports.one_import, name="import"),
    path("held", held.held, name="held"),
    path("held/<str:held_id>", held.held_item, name="held-item"),
    path("lookup", looking.lookup, name="lookup"),
    path("lookups", looking.lookups, name="lookups"),
    path("export/stix", records.export_stix, name="export-stix"),
    path("export/csv", records.export_csv, name="export-csv"),
]
