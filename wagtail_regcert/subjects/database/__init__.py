"""The subjects' hands in the database."""
