"""Our screens beside the snippet views, under ``registration-and-certification/`` in the admin."""

from __future__ import annotations

from django.urls import path

from .views import export, imports, undo

app_name = "wagtail_regcert"

urlpatterns = [
    path("export/", export.export, name="export"),
    path("exports/", export.ExportsView.as_view(), name="exports"),
    *imports.urlpatterns,
    *undo.urlpatterns,
]
