"""Our screens beside the snippet views, under ``registration-and-certification/`` in the admin."""

from __future__ import annotations

from django.urls import path

from .views import export, imports, run_lists, undo

app_name = "wagtail_regcert"

urlpatterns = [
    path("export/", export.export, name="export"),
    *imports.urlpatterns,
    *run_lists.urlpatterns,
    *undo.urlpatterns,
]
