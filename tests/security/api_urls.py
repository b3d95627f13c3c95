"""The admin of the example site, and beside it Wagtail's API v3."""

from django.urls import path
from wagtail.api.v3.urls import api

from example_site.urls import urlpatterns as site

urlpatterns = [path("api/v3/", api.urls), *site]
