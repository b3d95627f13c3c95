"""Pages of a long list, from either end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.paginator import Page
from django.db.models import QuerySet
from django.utils.functional import cached_property
from wagtail.admin.paginator import WagtailPaginator


class KeyPaginator(WagtailPaginator):
    """Finds the keys of a page from the nearer end, then reads those rows.

    Databases count off the rows before a page, and sort whole rows: the last page of a long list would
    take as long as all of it.
    """

    def __init__(
        self,
        keys: QuerySet[Any],
        per_page: int,
        *,
        rows: QuerySet[Any],
        count_keys: Callable[[], int] | None = None,
        **kwargs: Any,
    ) -> None:
        """``keys`` is the ordered list; ``rows`` reads rows of the same model, in any order.

        ``count_keys`` is a quicker way to count the list.
        """
        super().__init__(keys, per_page, **kwargs)
        self.rows = rows
        self.count_keys = count_keys

    @cached_property
    def count(self) -> int:
        """How many there are on all pages."""
        return self.count_keys() if self.count_keys else self.object_list.count()

    def page(self, number: Any) -> Page:
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        stop = start + self.per_page
        if stop + self.orphans >= self.count:
            stop = self.count
        ordered = self.object_list.values_list("pk", flat=True)
        if start + stop <= self.count:
            keys = list(ordered[start:stop])
        else:
            keys = list(ordered.reverse()[self.count - stop : self.count - start])[::-1]
        found = self.rows.in_bulk(keys)
        return self._get_page([found[key] for key in keys if key in found], number, self)
