"""A table of texts is searched by its words, and its champion predicts new texts as an independent computation does."""

import csv

import numpy as np
import pandas as pd
import pytest

pytestmark = pytest.mark.slow
SETTINGS = ["--target", "liked", "--trials", "1", "--workers", "1", "--set", "evaluation.folds=2", "--set", "space.training.epochs=8"]
SETTINGS += ["--set", "space.training.learning_rate=0.02", "--set", "space.model.reader='average'", "--set", "space.model.n_dimensions=8"]


def write_reviews(path, n_rows, seed):
    rng = np.random.default_rng(seed)
    words = {"yes": ["good", "lovely", "great"], "no": ["bad", "poor", "awful"]}
    table = {"review": [], "liked": []}
    for number in range(n_rows):
        liked = ("yes", "no")[number % 2]
        text = [*rng.choice(["the", "film", "was", "a", "story", "with", "music", "and", "it"], 9), *rng.choice(words[liked], 2)]
        table["review"].append(" ".join(rng.permutation(text)).capitalize() + "!")
        table["liked"].append(liked)
    pd.DataFrame(table).to_csv(path, index=False)


@pytest.fixture
def searched(shell, forks):
    write_reviews(shell.folder / "reviews.csv", 200, 0)
    write_reviews(shell.folder / "new.csv", 30, 1)
    shell.call("run", "reviews.csv", *SETTINGS)
    return shell


def test_new_texts_are_predicted_and_evaluated(searched):
    assert "models.text:build_text" in searched.call("show", "reviews").stdout
    searched.call("predict", "reviews", "--input", "new.csv", "--output", "p.csv")
    predicted = [row["prediction"] for row in csv.DictReader((searched.folder / "p.csv").read_text().splitlines())]
    accuracy = (np.array(predicted) == pd.read_csv(searched.folder / "new.csv")["liked"]).mean()
    assert accuracy > 0.9
    assert f"accuracy  {accuracy:.5g} " in searched.call("evaluate", "reviews", "--input", "new.csv").stdout
    refused = searched.call("export", "reviews", "m.keras", "--with-preprocessing", status=2).stderr
    assert "The columns review are words, which this file's layers do not divide" in refused
    note = searched.call("run", "reviews.csv", *SETTINGS, "--study", "dense", "--set", "model=mlp", "--set", "space.model={}").stdout
    assert 'model = "models.mlp:build_mlp" has no argument vocabulary_size: the features are numbers of words' in note
