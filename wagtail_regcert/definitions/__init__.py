"""Definitions of layouts that a site adds: from JSON, with every problem at its path, and to JSON."""
