"""Who may reach which address that the package adds to the admin."""

from __future__ import annotations

from typing import NamedTuple

from tests.security.routes import APP, BULK

MANAGE, IMPORT, EXPORT, DELETE = (f"{name}_registration" for name in ("manage", "import", "export", "delete"))
REFERENCE = ("learner", "qualification", "awardingorganisation", "programme")
LAYOUTS = ("exportlayout", "importlayout")
ACTIONS = ("add", "change", "delete", "view")


def on(*tables: str) -> tuple[str, ...]:
    """Django's own permissions on these tables."""
    return tuple(f"{action}_{table}" for table in tables for action in ACTIONS)


SUPERUSER = "superuser"
"""Stands for a permission that only superusers hold."""

Needs = tuple[frozenset[str], ...]


def all_of(*names: str) -> Needs:
    return (frozenset(names),)


def any_of(*names: str) -> Needs:
    return tuple(frozenset((name,)) for name in names)


NOBODY: Needs = ()


class Rule(NamedTuple):
    """Who gets through: any of the sets of permissions is enough."""

    get: Needs
    post: Needs | None = None
    """``None``: as ``get``, except that there is nothing to post to."""
    others_run: Needs | None = None
    """For what is about a run or an export: who gets at somebody else's."""
    beside: frozenset[str] = frozenset()
    """For what is about a run: what it needs beside what the run needs."""


WRITES: dict[str, tuple[str, ...]] = {
    "registrations": (),
    "learners": ("learner",),
    "qualifications": ("qualification", "awardingorganisation"),
}
"""What a file may be about to the tables that it may write, beside registrations."""


def imports(about: str) -> Needs:
    """Both roles, and to add and change whatever a file about this may write."""
    permissions = (f"{action}_{table}" for table in WRITES[about] for action in ("add", "change"))
    return all_of(MANAGE, IMPORT, *permissions)


MANAGES, IMPORTS, EXPORTS = all_of(MANAGE), all_of(MANAGE, IMPORT), all_of(MANAGE, EXPORT)
DELETES, ONLY_SUPERUSERS = all_of(MANAGE, DELETE), all_of(SUPERUSER)


def rules_of_a_run(post: Needs | None = None) -> Rule:
    return Rule(IMPORTS, post, others_run=ONLY_SUPERUSERS)


def rules_of_a_reference_table(table: str) -> dict[str, Rule]:
    snippets, choosers = f"wagtailsnippets_{APP}_{table}", f"wagtailsnippetchoosers_{APP}_{table}"
    sees, chooses = any_of(*on(table)), any_of(MANAGE, *on(table))
    writes = any_of(*(f"{action}_{table}" for action in ("add", "change", "delete")))
    adds, changes, deletes = (all_of(f"{action}_{table}") for action in ("add", "change", "delete"))
    return {
        f"{snippets}:list": Rule(sees),
        f"{snippets}:list_results": Rule(sees),
        f"{snippets}:add": Rule(adds, adds),
        f"{snippets}:edit": Rule(changes, changes),
        f"{snippets}:delete": Rule(deletes, deletes),
        f"{snippets}:usage": Rule(changes),
        f"{snippets}:history": Rule(writes),
        f"{snippets}:history_results": Rule(writes),
        f"{snippets}:inspect": Rule(sees),
        f"{choosers}:choose": Rule(chooses),
        f"{choosers}:choose_results": Rule(chooses),
        f"{choosers}:chosen": Rule(chooses),
        f"{choosers}:chosen_multiple": Rule(chooses),
        f"{BULK} delete {table}": Rule(deletes, deletes),
    }


def rules_of_layouts(table: str) -> dict[str, Rule]:
    """Those of a reference table, and "manage" beside."""

    def and_manage(needs: Needs | None) -> Needs | None:
        return None if needs is None else tuple(names | {MANAGE} for names in needs)

    found = {
        name: Rule(and_manage(rule.get) or NOBODY, and_manage(rule.post))
        for name, rule in rules_of_a_reference_table(table).items()
        if not name.endswith(":inspect")
    }
    if table == "exportlayout":
        found[f"wagtailsnippets_{APP}_{table}:template"] = found[f"wagtailsnippets_{APP}_{table}:add"]
    choosers = f"wagtailsnippetchoosers_{APP}_{table}"
    sees = found[f"wagtailsnippets_{APP}_{table}:list"]
    return {name: sees if name.startswith(choosers) else rule for name, rule in found.items()}


SNIPPETS, CHOOSERS = f"wagtailsnippets_{APP}_registration", f"wagtailsnippetchoosers_{APP}_registration"

EXPORT_PAGE = f"{APP}:export_detail"

RULES: dict[str, Rule] = {
    f"{SNIPPETS}:list": Rule(MANAGES),
    f"{SNIPPETS}:list_results": Rule(MANAGES),
    f"{SNIPPETS}:add": Rule(MANAGES, MANAGES),
    f"{SNIPPETS}:edit": Rule(MANAGES, MANAGES),
    f"{SNIPPETS}:delete": Rule(DELETES, DELETES),
    f"{SNIPPETS}:usage": Rule(MANAGES),
    f"{SNIPPETS}:history": Rule(MANAGES),
    f"{SNIPPETS}:history_results": Rule(MANAGES),
    f"{SNIPPETS}:inspect": Rule(MANAGES),
    f"{CHOOSERS}:choose": Rule(MANAGES),
    f"{CHOOSERS}:choose_results": Rule(MANAGES),
    f"{CHOOSERS}:chosen": Rule(MANAGES),
    f"{CHOOSERS}:chosen_multiple": Rule(MANAGES),
    f"{BULK} export registration": Rule(EXPORTS, EXPORTS),
    f"{BULK} export_import_layout registration": Rule(EXPORTS, EXPORTS),
    f"{BULK} export_by_layout registration": Rule(EXPORTS, EXPORTS),
    f"{BULK} delete registration": Rule(NOBODY, NOBODY),
    f"{APP}:export": Rule(EXPORTS),
    f"{APP}:export_check": Rule(EXPORTS),
    f"{APP}:export_layouts": Rule(EXPORTS),
    f"{APP}:export_preview": Rule(EXPORTS),
    f"{APP}:exports": Rule(EXPORTS),
    EXPORT_PAGE: Rule(EXPORTS, others_run=ONLY_SUPERUSERS),
    f"{APP}:import": Rule(IMPORTS, IMPORTS),
    f"{APP}:import_learners": Rule(imports("learners"), imports("learners")),
    f"{APP}:import_qualifications": Rule(imports("qualifications"), imports("qualifications")),
    f"{APP}:import_sample": Rule(IMPORTS),
    f"{APP}:imports": Rule(IMPORTS),
    f"{APP}:imports_results": Rule(IMPORTS),
    f"{APP}:import_report": rules_of_a_run(),
    f"{APP}:import_status": rules_of_a_run(),
    f"{APP}:import_match": rules_of_a_run(IMPORTS),
    f"{APP}:import_commit": rules_of_a_run(IMPORTS),
    f"{APP}:import_cancel": rules_of_a_run(IMPORTS),
    f"{APP}:import_retry": rules_of_a_run(IMPORTS),
    f"{APP}:import_undo": rules_of_a_run(IMPORTS),
    f"{APP}:import_errors": rules_of_a_run(),
    f"{APP}:import_extra": rules_of_a_run(),
    f"{APP}:import_missing": rules_of_a_run()._replace(beside=frozenset((EXPORT,))),
    f"{APP}:import_rejected": rules_of_a_run(),
    f"{APP}:import_warnings": rules_of_a_run(),
    **{name: rule for table in REFERENCE for name, rule in rules_of_a_reference_table(table).items()},
    **{name: rule for table in LAYOUTS for name, rule in rules_of_layouts(table).items()},
}
