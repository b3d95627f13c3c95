"""A snippet that a site has of its own."""

from django.db import models
from wagtail.admin.panels import FieldPanel
from wagtail.search import index


class Note(index.Indexed, models.Model):
    text = models.CharField(max_length=100)
    day = models.DateField(null=True, blank=True)

    panels = [FieldPanel("text"), FieldPanel("day")]
    search_fields = [index.SearchField("text"), index.AutocompleteField("text")]

    def __str__(self):
        return self.text
