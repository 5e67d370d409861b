from search.study.circuit_breaker import CircuitBreaker
from search.trial import Failure, TrialResult, TrialState


def failed(failure, worker="worker-0", number=7):
    return TrialResult(number=number, state=TrialState.FAILED, failure=failure, reason="it was lost", worker=worker)


def complete(worker="worker-0"):
    return TrialResult(number=1, state=TrialState.COMPLETE, value=1.0, worker=worker)


def test_failures_of_one_kind_on_all_workers_are_too_many():
    breaker = CircuitBreaker(3)
    assert not breaker.record(failed(Failure.NAN, "worker-0"))
    assert not breaker.record(failed(Failure.NAN, "worker-1"))
    reason = breaker.record(failed(Failure.NAN, "worker-0"))
    assert reason.startswith("3 trials in a row failed in the same way (nan), the last one, trial 7: it was lost")


def test_failures_of_any_kind_on_one_worker_are_too_many():
    breaker = CircuitBreaker(3)
    for failure in (Failure.NAN, Failure.ERROR):
        assert not breaker.record(failed(failure, "worker-1"))
        assert not breaker.record(complete("worker-0"))
    assert breaker.record(failed(Failure.LOST, "worker-1")).startswith("3 trials in a row failed on worker-1")


def test_a_trial_that_ends_well_starts_both_counts_again():
    breaker = CircuitBreaker(2)
    for _ in range(5):
        assert not breaker.record(failed(Failure.ERROR))
        assert not breaker.record(complete())


def test_other_kinds_on_other_workers_do_not_add_up():
    breaker = CircuitBreaker(2)
    for number, failure in enumerate([Failure.ERROR, Failure.NAN, Failure.ERROR, Failure.NAN]):
        assert not breaker.record(failed(failure, f"worker-{number}"))


def test_without_a_limit_all_may_fail():
    breaker = CircuitBreaker(0)
    assert not any(breaker.record(failed(Failure.ERROR)) for _ in range(50))


def test_one_lost_machine_with_many_workers_does_not_end_the_study():
    breaker = CircuitBreaker(3)
    assert not any(breaker.record(failed(Failure.LOST, f"worker-{number}")) for number in range(8))
