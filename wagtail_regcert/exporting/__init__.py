"""The way out: registrations to cells to CSV, in a stream."""
