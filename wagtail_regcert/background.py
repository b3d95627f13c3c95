"""Background work, by the one framework that Wagtail uses itself. Nothing else of ours names it.

Wagtail 7.4 to 8.1 use ``django_tasks``, also on Django 6.0 and later, which have ``django.tasks``. Where
Wagtail turns to that, this is the module to change: both read the setting ``TASKS``, and a task keeps the
path by which queues know it.
"""

from __future__ import annotations

from django_tasks import task

__all__ = ["task"]
