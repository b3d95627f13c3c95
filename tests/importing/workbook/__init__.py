"""Workbooks to rows. Rule by rule of SPEC."""
