"""A table of a site's own, for the test that a subject is all it needs to be imported."""

from django.db import models

from wagtail_regcert.databases import SourceQuerySet


class Employer(models.Model):
    """Who employs learners."""

    reference = models.CharField(max_length=128, unique=True)
    name = models.CharField(max_length=255)
    since = models.DateField(null=True, blank=True)

    objects = SourceQuerySet.as_manager()

    class Meta:
        base_manager_name = "objects"
        verbose_name_plural = "employers"

    def __str__(self):
        return self.name
