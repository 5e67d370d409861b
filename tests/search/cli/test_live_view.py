"""The live view, drawn at 80 and at 200 columns, and the estimate of the time that is left."""

import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from search.cli.live_view import LiveObserver
from search.experiment.file import load_experiment
from search.experiment.settings import TrainingSettings
from search.ledger import TrialRecord
from search.study.observer import StudyStart
from search.trial import Assignment, EpochReport, TrialResult, TrialState

PARAMS = {"n_hidden": 2, "n_neurons": 47, "activation": "elu", "batch_size": 64, "learning_rate": 0.015497123}
COMPLETE = TrialResult(number=0, state=TrialState.COMPLETE, value=0.80597014, best_epoch=1, history=({"loss": 0.1},) * 41, seconds=1.5)


def assignment(number, params=PARAMS):
    settings = TrainingSettings(epochs=100)
    return Assignment(
        number=number, params=params, model_arguments={}, training=settings, seed=0, is_prunable=True, keep_if_better_than=None, model_path=""
    )


def failed(number):
    return TrialResult(number=number, state=TrialState.FAILED, reason="ValueError: too wide", worker="worker-1")


def observed(width, height=30, params=PARAMS, logs=Path("nowhere")):
    """A study of 40 trials: 3 finished before; then one better, one pruned, ten failed for one reason, two running."""
    console = Console(width=width, height=height, record=True, file=io.StringIO(), force_terminal=True, soft_wrap=True, highlight=False)
    view = LiveObserver(load_experiment("digits"), console)
    earlier = [
        TrialRecord(number=number, state=TrialState.COMPLETE, params=params, result=replace(COMPLETE, number=number, value=0.7))
        for number in range(3)
    ]
    view.on_study_start(StudyStart(study="diabetes", metric="val_accuracy", n_trials=40, searched=tuple(params), finished=earlier, best=0, logs=logs))
    for number in range(3, 17):
        view.on_trial_start(assignment(number, params))
    view.on_trial_end(replace(COMPLETE, number=3), PARAMS, is_best=True)
    view.on_trial_end(replace(COMPLETE, number=4, state=TrialState.PRUNED, value=0.5), PARAMS, is_best=False)
    for number in range(5, 15):
        view.on_trial_end(failed(number), PARAMS, is_best=False)
    view.on_epoch_end(EpochReport(15, 7, {"val_accuracy": 0.79104}))
    return view, console


def draw(view, console):
    console.print(view)
    return console.export_text().splitlines()


def test_a_running_function_is_shown_with_what_it_has_asked_for():
    view, console = observed(200)
    view.on_trial_start(assignment(17, {}))
    view.on_suggestion(17, {"n_neurons": 93, "depth": 5})
    lines = draw(view, console)
    assert "depth" in "".join(lines)
    assert any(line.split()[:2] == ["17", "RUNNING"] and "93" in line for line in lines)


@pytest.mark.parametrize("width", [80, 200])
def test_the_live_view_is_whole_at(width):
    lines = draw(*observed(width))
    assert max(map(cell_len, lines)) <= width
    assert re.fullmatch(r"diabetes +[━╺╸]+ +15 of 40 trials, 10 failed, 1 pruned *", lines[0])
    assert re.match(r". Searching: \d+ s elapsed, about .* left", lines[1])
    text = "\n".join(lines)
    head = " ".join(text.split())
    assert "best val_accuracy 0.80597 trial 3: n_hidden=2, n_neurons=47, activation=elu, batch_size=64, learning_rate=0.015497" in head
    assert "10 failed: ValueError: too wide; trials 5, 6, 7, 8, 9, 10, 11, 12, 13, 14; trial 5 had n_hidden=2" in head
    running = re.search(r"^ +15 +RUNNING +7/100 +0.79104 +2 +47 +elu +64 +0.015497 *$", text, re.M)
    waiting = re.search(r"^ +16 +RUNNING +0/100 +2 +47 +elu +64 +0.015497 *$", text, re.M)
    best = re.search(r"^★ +3 +COMPLETE +41 +0.80597( +1.50)? +2 +47 +elu +64 +0.015497 *$", text, re.M)
    assert running
    assert waiting
    assert best
    assert running.start() < waiting.start() < best.start()
    assert running.end() - text.rindex("\n", 0, running.end()) == waiting.end() - text.rindex("\n", 0, waiting.end())  # numbers end below each other


def test_names_of_columns_take_one_line_where_there_is_space():
    assert any(re.search(r"trial +state +epoch +val_accuracy +seconds +n_hidden +n_neurons", line) for line in draw(*observed(200)))
    assert not any("val_accuracy" in line and "trial  state" in line for line in draw(*observed(80)))


def test_a_paused_trial_stays_in_sight_until_it_continues_and_ends():
    view, console = observed(200)
    view.on_trial_pause(replace(COMPLETE, number=15, state=TrialState.PRUNED, value=0.6, history=({"loss": 0.1},) * 9), PARAMS)
    text = "\n".join(draw(view, console))
    assert "1 pruned, 1 paused" in text
    assert re.search(r"^ +15 +PAUSED +9 +0.6 +1.50 ", text, re.M)
    view.on_trial_start(assignment(15))
    assert "paused" not in draw(view, console)[0]
    view.on_trial_pause(replace(COMPLETE, number=15, state=TrialState.PRUNED, value=0.6), PARAMS)
    view.on_trial_end(replace(COMPLETE, number=15, state=TrialState.PRUNED, value=0.6), PARAMS, is_best=False)  # the search is over
    assert re.search(r"^ +15 +PRUNED +41 +0.6 ", "\n".join(draw(view, console)), re.M)


@pytest.mark.parametrize("width", [80, 200])
def test_what_ended_a_trial_early_stands_beside_it(width):
    view, console = observed(width)
    view.on_trial_end(replace(COMPLETE, number=15, state=TrialState.PRUNED, value=0.5, ended_by="pruner"), PARAMS, is_best=False)
    assert re.search(r"^ +15 +PRUNED +pruner +41 +0.5 ", "\n".join(draw(view, console)), re.M)


def test_columns_that_do_not_fit_are_left_out_and_named_and_numbers_stay_whole():
    many = {f"width_of_layer_{number}": 123456789.5 for number in range(20)}
    lines = draw(*observed(80, params=many))
    assert max(map(cell_len, lines)) <= 80
    assert "Left out on this narrow screen: width_of_layer_" in "\n".join(lines)
    assert "1.2346e+08" in "\n".join(lines)


def test_running_trials_that_the_screen_has_no_line_for_are_counted():
    view, console = observed(80, height=20)
    for number in range(20, 70):
        view.on_trial_start(assignment(number))
    lines = draw(view, console)
    assert len(lines) <= 20
    [hidden] = [line for line in lines if "more that run" in line]
    shown = sum("RUNNING" in line for line in lines)
    assert int(hidden.split()[1]) == 52 - shown


def test_colours_tell_states_apart():
    view, console = observed(200)
    console.print(view)
    text = console.export_text(styles=True)
    for style, words in (("1;32", "COMPLETE"), ("36", "RUNNING"), ("33", "1 pruned"), ("31", "10 failed")):
        assert re.search(rf"\x1b\[{style}m *{words}", text), words


def test_equal_failures_are_printed_once_with_their_log_when_the_view_ends(tmp_path):
    (tmp_path / "worker-1.log").touch()
    view, console = observed(80, logs=tmp_path)
    view.print_failures()
    lines = console.export_text().splitlines()
    assert max(map(len, lines)) <= 80
    text = " ".join(line.strip() for line in lines)
    assert text.count("10 failed") == 1
    assert "14; trial 5 had n_hidden=2, n_neurons=47, activation=elu" in text
    assert "worker-1.log" in text.replace(" ", "")


def test_a_note_is_printed_in_whole_words():
    view, console = observed(80)
    text = "a trial's value is a mean over 5 stratified folds of 265 rows, the training and the validation part"
    view.on_note(text)
    lines = console.export_text().splitlines()
    assert max(map(len, lines)) <= 80
    assert " ".join(line.strip() for line in lines) == f"Note: {text}"


def test_the_time_left_includes_packaging(monkeypatch):
    now = 100.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    view, console = observed(200)
    now = 112.0  # 12 trials have ended since, and 0.07 of another
    [first] = re.findall(r"12 s elapsed, about (\d+) s left", "\n".join(draw(view, console)))
    assert int(first) == round(12 / 12.07 * (40 - 15 - 0.07)) + 6
    for number in (15, 16, *range(17, 40)):
        if number > 16:
            view.on_trial_start(assignment(number))
        view.on_trial_end(replace(COMPLETE, number=number), PARAMS, is_best=False)
    view.on_stage("Packaging the best model")
    now = 114.0
    drawn = "\n".join(draw(view, console))
    assert "Packaging the best model: 14 s elapsed" in drawn
    assert "left" not in drawn  # nobody knows
