"""How days are typed and picked: dd/mm/yyyy, as our files write them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from wagtail.admin.filters import DateRangePickerWidget
from wagtail.admin.widgets import AdminDateInput


class DayInput(AdminDateInput):
    """A day as dd/mm/yyyy, with Wagtail's picker.

    What is typed stays as it is until the server has read it: left alone, the picker puts today in the
    place of whatever it cannot read (Wagtail 8.0).
    """

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs={"placeholder": "dd/mm/yyyy", **(attrs or {})}, format="%d/%m/%Y")

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "validateOnBlur": False}

    def format_value(self, value: Any) -> Any:
        if isinstance(value, str):
            # As an address may have it.
            try:
                value = dt.date.fromisoformat(value)
            except ValueError:
                return value
        return super().format_value(value)


class DaysInput(DateRangePickerWidget):
    """Two days, from and to."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.widgets: list[Any] = [DayInput(widget.attrs) for widget in self.widgets]
