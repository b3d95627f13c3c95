"""Who imports, and the qualification of their files."""

import pytest

from tests.makers import make_qualification, make_user


@pytest.fixture
def user():
    return make_user("manage_registration", "import_registration", name="ira")


@pytest.fixture
def maths():
    return make_qualification(number="603/2942/X", title="Maths")
