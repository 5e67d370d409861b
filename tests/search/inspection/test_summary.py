"""The summary as text."""

from search.inspection import model_summary


def test_the_summary_has_every_layer_with_shape_and_parameters_however_narrow_the_terminal(champion, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    summary = model_summary(champion)
    for text in ("hidden (Dense)", "inside (Dense)", "(None, 4)", "Param #", "Total params: 60"):
        assert text in summary
    assert max(map(len, summary.splitlines())) <= 100
