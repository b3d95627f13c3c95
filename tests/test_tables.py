import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from wagtail.models import Page, Site

from tests.makers import make_learner
from tests.tables import bring_tables_back
from wagtail_regcert.models import Learner

pytestmark = pytest.mark.django_db(transaction=True)


def test_after_a_test_that_commits_tables_are_as_migrations_left_them():
    before = [*Page.objects.values_list("pk", "path")], [*Site.objects.values_list("pk", "root_page")]
    make_learner()
    Page.objects.all().delete()

    bring_tables_back()

    assert not Learner.objects.exists()
    assert before == (
        [*Page.objects.values_list("pk", "path")],
        [*Site.objects.values_list("pk", "root_page")],
    )
    assert all(before)


def test_after_a_flush_rows_are_as_they_were_and_more_can_be_added():
    before = [*Permission.objects.order_by("pk").values_list("pk", "codename")]
    call_command("flush", interactive=False, verbosity=0, inhibit_post_migrate=True)

    bring_tables_back()

    assert [*Permission.objects.order_by("pk").values_list("pk", "codename")] == before
    assert Permission.objects.create(
        content_type=ContentType.objects.first(), codename="more", name="More"
    ).pk
