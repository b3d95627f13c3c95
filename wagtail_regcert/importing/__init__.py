"""The way in: bytes, text, sheet, rows, plan, commit."""
