"""The subjects that can be imported, by what a run is about."""

from __future__ import annotations

from .database.base import Subject
from .database.learners import LearnerSubject
from .database.qualifications import QualificationSubject
from .database.registrations import RegistrationSubject

SUBJECTS: dict[str, Subject] = {
    subject.about: subject for subject in (RegistrationSubject(), LearnerSubject(), QualificationSubject())
}
"""In the order in which they are offered."""


def other_tables() -> list[str]:
    """What else than registrations can be imported."""
    return [about for about in SUBJECTS if about != RegistrationSubject.about]


def subject_of(about: str) -> Subject:
    """The subject of a run."""
    return SUBJECTS[about]
