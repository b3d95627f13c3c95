"""Ours beside floors written out plainly and beside the peers, on the same file and the same database."""
