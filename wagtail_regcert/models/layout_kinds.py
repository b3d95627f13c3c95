"""The kinds of layouts that a site adds."""

from __future__ import annotations

from .import_layouts import ImportLayout
from .layouts import BaseLayout, ExportLayout

LAYOUTS: dict[str, type[BaseLayout]] = {model.kind: model for model in (ImportLayout, ExportLayout)}
"""Kind of layout to its table. A new kind is a line here."""
