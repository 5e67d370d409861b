from search.seeds import trial_seed


def test_a_seed_follows_from_study_and_number_alone():
    assert trial_seed(0, 3) == trial_seed(0, 3)


def test_seeds_differ_between_trials_and_studies():
    assert len({trial_seed(study, number) for study in range(10) for number in range(100)}) == 1000


def test_a_seed_fits_into_32_bits():
    assert all(0 <= trial_seed(2**32 - 1, number) < 2**32 for number in range(100))
