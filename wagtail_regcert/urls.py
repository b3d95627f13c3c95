"""Our screens beside the snippet views, under ``registration-and-certification/`` in the admin."""

from __future__ import annotations

from django.urls import path

from .databases import own_transactions
from .views import export, export_by_layout, exports, imports, matching, report, run_lists, undo

app_name = "wagtail_regcert"

urlpatterns = [
    path("export/", export.export, name="export"),
    path("export/check/", own_transactions(export_by_layout.CheckView.as_view()), name="export_check"),
    path("export/layouts/", own_transactions(export_by_layout.LayoutsView.as_view()), name="export_layouts"),
    path("export/preview/", own_transactions(export_by_layout.PreviewView.as_view()), name="export_preview"),
    path("exports/", run_lists.ExportsView.as_view(), name="exports"),
    path("exports/<int:export>/", exports.ExportView.as_view(), name="export_detail"),
    path("imports/", run_lists.ImportsView.as_view(), name="imports"),
    path("imports/results/", run_lists.ImportsView.as_view(results_only=True), name="imports_results"),
    path("import/", own_transactions(imports.ImportView.as_view()), name="import"),
    path(
        "import/learners/",
        own_transactions(imports.ImportView.as_view(about="learners")),
        name="import_learners",
    ),
    path(
        "import/qualifications/",
        own_transactions(imports.ImportView.as_view(about="qualifications")),
        name="import_qualifications",
    ),
    path("import/sample/", imports.SampleView.as_view(), name="import_sample"),
    path("import/<uuid:run>/", report.ReportView.as_view(), name="import_report"),
    path("import/<uuid:run>/status/", imports.StatusView.as_view(), name="import_status"),
    path("import/<uuid:run>/match/", own_transactions(matching.MatchView.as_view()), name="import_match"),
    path("import/<uuid:run>/commit/", own_transactions(imports.CommitView.as_view()), name="import_commit"),
    path("import/<uuid:run>/retry/", own_transactions(imports.RetryView.as_view()), name="import_retry"),
    path("import/<uuid:run>/cancel/", own_transactions(imports.CancelView.as_view()), name="import_cancel"),
    path("import/<uuid:run>/undo/", own_transactions(undo.UndoView.as_view()), name="import_undo"),
    path("import/<uuid:run>/errors/", imports.ErrorsView.as_view(), name="import_errors"),
    path("import/<uuid:run>/extra/", imports.ExtraView.as_view(), name="import_extra"),
    path(
        "import/<uuid:run>/missing/", own_transactions(imports.MissingView.as_view()), name="import_missing"
    ),
    path("import/<uuid:run>/warnings/", imports.WarningsView.as_view(), name="import_warnings"),
    path("import/<uuid:run>/rejected/", imports.RejectedView.as_view(), name="import_rejected"),
]
"""Those that write run in transactions of their own, whatever ``ATOMIC_REQUESTS`` says."""
