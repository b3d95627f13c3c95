"""Every address of ours, found by introspection; and what a request to one does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from wagtail.admin.views.bulk_action.registry import bulk_action_registry

APP = "wagtail_regcert"
TABLES = tuple(model._meta.model_name for model in apps.get_app_config(APP).get_models())
BULK = "wagtail_bulk_action"


@dataclass(frozen=True)
class Route:
    """An address: its name in full, the table whose key it takes, and its parameters."""

    name: str
    table: str | None
    parameters: tuple[str, ...]

    def url(self, keys: dict[str, Any]) -> str:
        """The address of a record: ``keys`` by table, and ``run``."""
        name, _, action = self.name.partition(" ")
        if name == BULK:
            return reverse(BULK, args=[APP, self.table, action]) + f"?id={keys[self.table]}"
        values = {name: keys[self.table if name == "pk" else name] for name in self.parameters}
        url = reverse(name, kwargs=values)
        return f"{url}?id={keys[self.table]}" if name.endswith(":chosen_multiple") else url


def our_routes() -> dict[str, Route]:
    """All of them: views of ours, views of Wagtail over our tables, bulk actions on our tables."""
    found = {}
    for name, pattern in _patterns(get_resolver(), ()):
        table, ours = None, name.startswith(f"{APP}:")
        for view in _layers(pattern.callback):
            model = getattr(view, "view_initkwargs", {}).get("model")
            if getattr(getattr(model, "_meta", None), "app_label", "") == APP:
                table, ours = model._meta.model_name, True
            modules = (view.__module__, getattr(getattr(view, "view_class", None), "__module__", ""))
            ours = ours or any(module.split(".")[0] == APP for module in modules)
        if ours:
            assert name not in found, f"two addresses share the name {name}"
            found[name] = Route(name, table, tuple(pattern.pattern.converters))
    for table in TABLES:
        for action in bulk_action_registry.get_bulk_actions_for_model(APP, table):
            name = f"{BULK} {action.action_type}"
            found[f"{name} {table}"] = Route(name, table, ())
    return found


def _patterns(resolver: URLResolver, spaces: tuple[str, ...]) -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = (*spaces, pattern.namespace) if pattern.namespace else spaces
            yield from _patterns(pattern, inner)
        else:
            yield ":".join((*spaces, pattern.name or str(pattern.pattern))), pattern


def _layers(view: Any) -> Iterator[Any]:
    """A view and, innermost last, what its decorators wrap."""
    while view is not None:
        yield view
        view = getattr(view, "__wrapped__", None)


class WritesToOurs(CaptureQueriesContext):
    """Catches statements that write to our tables."""

    def __init__(self) -> None:
        super().__init__(connection)

    @property
    def statements(self) -> list[str]:
        return [
            query["sql"]
            for query in self.captured_queries
            if query["sql"].split(" ", 1)[0] in ("INSERT", "UPDATE", "DELETE", "REPLACE")
            and f"{APP}_" in query["sql"]
        ]


def body_of(response: Any) -> str:
    """All that the person gets: the page or file, where they are sent, and messages for the next page."""
    data = b"".join(response.streaming_content) if response.streaming else response.content
    storage = getattr(response.wsgi_request, "_messages", None)
    waiting = [str(message) for message in getattr(storage, "_queued_messages", ())]
    return "\n".join([data.decode("utf-8", "replace"), response.get("Location", ""), *waiting])
