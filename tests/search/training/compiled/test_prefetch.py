"""The next item is made in the background, one ahead."""

import threading
from contextlib import closing

import pytest

from search.training.compiled.prefetch import prefetched


def test_the_next_item_is_made_while_one_is_used_and_no_more():
    made = [threading.Event() for _ in range(5)]

    def make():
        for number, event in enumerate(made):
            event.set()
            yield number

    for number in prefetched(make()):
        assert all(event.wait(30) for event in made[: number + 2])
        assert not any(event.is_set() for event in made[number + 2 :])
    assert number == 4


def test_an_error_of_making_an_item_is_raised_in_its_place():
    def make():
        yield 0
        yield 1
        raise OSError("the disk is gone")

    items = prefetched(make())
    assert [next(items), next(items)] == [0, 1]
    with pytest.raises(OSError, match="the disk is gone"):
        next(items)


def test_no_thread_is_left_by_a_loop_that_ends_early():
    before = threading.active_count()
    with closing(prefetched(iter(range(100)))) as items:
        assert next(items) == 0
        assert threading.active_count() == before + 1
    assert threading.active_count() == before
    assert list(prefetched([])) == []
