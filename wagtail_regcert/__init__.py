"""Registration and certification of apprentices, inside the Wagtail admin."""

__version__ = "0.1.0"
