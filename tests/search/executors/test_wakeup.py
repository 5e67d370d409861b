from multiprocessing.connection import wait

from search.executors.wakeup import Wakeup


def test_each_call_makes_the_descriptor_readable_once():
    wakeup = Wakeup()
    assert not wakeup.is_set
    wakeup.set()
    wakeup.set()
    assert wait([wakeup.fileno()], 0) == [wakeup.fileno()]
    wakeup.consume()
    assert wakeup.is_set
    wakeup.consume()
    assert not wakeup.is_set
    wakeup.close()
