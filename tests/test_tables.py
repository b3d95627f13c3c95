import pytest
from wagtail.models import Page, Site

from tests.makers import make_learner
from tests.tables import bring_tables_back
from wagtail_regcert.models import Learner


@pytest.mark.django_db(transaction=True)
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
