"""The one kind of page of the example site."""

from wagtail.models import Page


class HomePage(Page):
    """A page with a title and a way to the admin."""
