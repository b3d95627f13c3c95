"""What one record is about: a registration, a learner, a qualification. All that is particular to a table.

The rules of each stand in a file of its own, without a database; what reads and writes is beside it.
"""
