"""Every route asks for its role, and tells nothing to those who lack it."""

import pytest

from wagtail_regcert.models import ExportRun, Registration

from .makers import make_learner, make_qualification, make_registration, make_user

pytestmark = pytest.mark.django_db

MANAGE, IMPORT, EXPORT, DELETE = (
    "manage_registration",
    "import_registration",
    "export_registration",
    "delete_registration",
)
ROLES = {
    "admin access": (),
    "manage": (MANAGE,),
    "import": (IMPORT,),
    "export": (EXPORT,),
    "delete": (DELETE,),
    "import, export and delete": (IMPORT, EXPORT, DELETE),
    "manage and import": (MANAGE, IMPORT),
    "manage and export": (MANAGE, EXPORT),
    "manage and delete": (MANAGE, DELETE),
    "all": (MANAGE, IMPORT, EXPORT, DELETE),
}
LISTING = "/admin/registration-and-certification/"
BULK = "/admin/bulk/wagtail_regcert/registration/"
SECRET = b"Zebedee"

# Variants of addresses to the permissions that they need, all of them; tests/security walks the rest.
NEEDS = {
    LISTING + "?q=Zebedee": (MANAGE,),
    LISTING + "export/?layout=import": (MANAGE, EXPORT),
    BULK + "export/?id=all": (MANAGE, EXPORT),
    "/admin/snippets/choose/wagtail_regcert/learner/results/?q=Zebedee": (MANAGE,),
}


def body(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


def is_refused(response):
    return response.status_code in (302, 403) and SECRET not in body(response)


@pytest.fixture
def registration():
    learner = make_learner(given_names="Zebedee", family_name="Zebedee", uln="1000000027")
    return make_registration(learner=learner, qualification=make_qualification(title="Zebedee"))


@pytest.mark.parametrize("role", ROLES)
def test_no_query_string_opens_more_than_the_role(client, registration, role):
    client.force_login(make_user(*ROLES[role]))

    wrong = []
    for url, needed in NEEDS.items():
        response = client.get(url)
        if set(needed) <= set(ROLES[role]):
            if response.status_code != 200:
                wrong.append((url, response.status_code, "should be open"))
        elif not is_refused(response):
            wrong.append((url, response.status_code, "should be refused"))

    assert wrong == []


def test_who_lacks_the_role_cannot_tell_which_keys_exist(client, registration):
    client.force_login(make_user(EXPORT, IMPORT, DELETE))

    for route in ("edit", "delete", "history", "inspect", "usage"):
        here = client.get(f"{LISTING}{route}/{registration.pk}/")
        nowhere = client.get(f"{LISTING}{route}/{registration.pk + 1000}/")
        assert (here.status_code, here.content) == (nowhere.status_code, nowhere.content), route
    for route in ("edit", "delete", "history", "inspect", "usage"):
        base = f"/admin/snippets/wagtail_regcert/learner/{route}/"
        assert client.get(f"{base}{registration.learner_id}/").status_code == 302, route
        assert client.get(f"{base}{registration.learner_id + 1000}/").status_code == 302, route


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    "route", ["?export=csv", "?export=xlsx", "results/?export=csv", "results/?export=xlsx"]
)
def test_wagtails_own_export_leads_to_ours_or_nowhere(client, registration, role, route):
    client.force_login(make_user(*ROLES[role]))

    response = client.get(f"{LISTING}{route}&q=Zeb")

    assert is_refused(response)
    assert not ExportRun.objects.exists()
    to_ours = response["Location"] == f"{LISTING}export/?q=Zeb&layout=export"
    assert to_ours == ({MANAGE, EXPORT} <= set(ROLES[role]))


@pytest.mark.parametrize("role", ROLES)
def test_the_menu_item_is_shown_to_holders_of_manage(client, role):
    client.force_login(make_user(*ROLES[role]))

    html = client.get("/admin/").content.decode()

    assert ("registration-and-certification" in html) == (MANAGE in ROLES[role])


def test_the_menu_item_has_its_full_name_as_tooltip():
    item = Registration.snippet_viewset.get_menu_item()

    assert item.attrs == {"title": "Registration and Certification"}


def test_copying_is_no_route(admin_client, registration):
    for url in (
        f"{LISTING}copy/{registration.pk}/",
        f"/admin/snippets/wagtail_regcert/learner/copy/{registration.learner_id}/",
    ):
        assert admin_client.get(url).status_code == 404


@pytest.mark.parametrize("role", ROLES)
def test_import_and_update_stands_at_the_top_for_holders_of_import(client, role):
    client.force_login(make_user(*ROLES[role]))

    response = client.get(LISTING)

    shown = b"Import and Update" in response.content
    assert shown == ({MANAGE, IMPORT} <= set(ROLES[role]))
    assert (f'href="{LISTING}import/"'.encode() in response.content) == shown
