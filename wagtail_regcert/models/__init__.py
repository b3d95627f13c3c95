"""The tables. Their querysets hold the set-based queries that feed plan and commit."""

from . import layouts
from .history import ChangeLogEntry
from .import_layouts import (
    ImportLayout,
    ImportLayoutColumn,
    ImportLayoutConstant,
    ImportLayoutTranslation,
)
from .layouts import (
    ExportLayout,
    ExportLayoutColumn,
    ExportLayoutRow,
    ExportLayoutTranslation,
)
from .learners import Learner
from .qualifications import AwardingOrganisation, Programme, Qualification
from .registrations import Registration, RegistrationLogEntry
from .runs import AnswerPiece, ExportPiece, ExportRun, ImportRun, RunPiece

__all__ = [
    "AnswerPiece",
    "AwardingOrganisation",
    "ChangeLogEntry",
    "ExportLayout",
    "ExportLayoutColumn",
    "ExportLayoutRow",
    "ExportLayoutTranslation",
    "ExportPiece",
    "ExportRun",
    "ImportLayout",
    "ImportLayoutColumn",
    "ImportLayoutConstant",
    "ImportLayoutTranslation",
    "ImportRun",
    "Learner",
    "Programme",
    "Qualification",
    "Registration",
    "RegistrationLogEntry",
    "RunPiece",
    "layouts",
]
