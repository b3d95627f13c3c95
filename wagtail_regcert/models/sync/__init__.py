"""Keeping the tables up to date from a site's own data: rows in, created or updated rows out.

Rows are mappings by field name. Fields that a row does not name stay as they are, a blank removes the
stored value, rows that are absent stay. What is wrong with a row is reported and stops only that row.
Running the same rows twice changes nothing.
"""

from .base import SyncResult, SyncRows
from .tables import LearnerSync, QualificationSync, RegistrationSync
from .values import SyncProblem

__all__ = ["LearnerSync", "QualificationSync", "RegistrationSync", "SyncProblem", "SyncResult", "SyncRows"]
