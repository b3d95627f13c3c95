"""Routers that a site may have."""

from __future__ import annotations

from typing import Any


class LaggingReplica:
    """Our tables are read from a replica that knows nothing yet of what was just written."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return "replica" if model._meta.app_label == "wagtail_regcert" else None

    def db_for_write(self, model: Any, **hints: Any) -> str:
        return "default"

    def allow_relation(self, *objects: Any, **hints: Any) -> bool:
        return True


class Elsewhere:
    """Everything is in a database that is not the default one."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        return "main"

    def db_for_write(self, model: Any, **hints: Any) -> str:
        return "main"

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == "main"
