"""Unique values that pass from one record to another: who gets one, and who waits in vain. Pure.

Takes time linear in records: each is looked at once, when it is known that it cannot be applied.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping


def blocked(
    takes: Mapping[int, str], gives: Mapping[str, int], held: Collection[str], out: Iterable[int]
) -> set[int]:
    """Those of the takers whose value is not given up.

    ``takes`` is which value a record gets that it did not have, ``gives`` which record gives a value up,
    ``held`` which values anybody has before. ``out`` are records that are not applied for other reasons.
    """
    in_vain: set[int] = set()
    waiting: dict[int, list[int]] = {}
    for taker, value in takes.items():
        if value in gives:
            waiting.setdefault(gives[value], []).append(taker)
        elif value in held:
            in_vain.add(taker)
    not_applied = {*out, *in_vain}
    queue = list(not_applied)
    while queue:
        for taker in waiting.pop(queue.pop(), ()):
            in_vain.add(taker)
            if taker not in not_applied:
                not_applied.add(taker)
                queue.append(taker)
    return in_vain
