"""What a person sees in a browser, by clicks only: trials, curves, the champion's version, the report; the same trials in optuna-dashboard."""

import re
import shutil

import pytest
from playwright.sync_api import Error, expect, sync_playwright

from tests.conftest import Shell
from tests.search.cli.serving import free_port

EXPERIMENT = """
model = "mlp"
data = { loader = "diabetes" }
objective = { metric = "val_loss", direction = "minimize" }
search = { sampler = "random", n_trials = 3, seed = 0 }
executor = { name = "in-process" }
[space.model]
n_neurons = { type = "int", low = 4, high = 16 }
[space.training]
learning_rate = { type = "float", low = 1e-3, high = 1e-1, log = true }
epochs = 5
"""
ON_LANGUAGE_MODELS = re.compile(r"GenAI|\bLLMs?\b|\btrac(?:es?|ing)\b|\bagents?\b|\bprompts?\b|\bassistant\b|\bAI\b", re.IGNORECASE)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


@pytest.fixture(scope="module")
def browser():
    """An installed Chromium or Chrome without a window."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=found, channel=None if found else "chrome", args=["--no-proxy-server"])
        except Error as error:
            pytest.skip(f"no Chromium starts (apt-get install chromium): {str(error).splitlines()[0]}")
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def shell(browser, tmp_path_factory):
    """A folder in which a search has run."""
    shell = Shell(tmp_path_factory.mktemp("browser"))
    (shell.folder / "small.toml").write_text(EXPERIMENT)
    shell.run("run", "small.toml")
    return shell


@pytest.fixture(scope="module")
def address(shell):
    """The address that `ui` prints."""
    yield from served(shell, "ui")


@pytest.fixture
def dashboard_address(shell):
    """The address that `dashboard` prints."""
    yield from served(shell, "dashboard")


def served(shell, command):
    """Serve a page until the generator is closed, and yield its address."""
    process = shell.start(command, "--port", free_port(), "--no-browser")
    try:
        yield re.search(r"http\S+", process.stdout.readline()).group()
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


@pytest.fixture
def page(browser, address):
    """A browser that has never been here, at the printed address; whatever it has shown at the end of a step is on no language models."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(address)
    yield page
    context.close()


def look(page, *texts):
    """Wait until texts can be seen without scrolling, and check that nothing shown is on language models."""
    for text in texts:
        expect(page.get_by_text(text).filter(visible=True).first).to_be_in_viewport(timeout=60_000)
    shown = page.locator("body").inner_text()
    assert not ON_LANGUAGE_MODELS.findall(shown), shown


def follow(page, name):
    """Click a description's link, which opens another tab, and return that."""
    with page.expect_popup() as opened:
        page.get_by_role("link", name=name).click()
    opened.value.set_default_timeout(60_000)
    return opened.value


def check_trials(page):
    """Check that the trials are shown sorted by value, the best first, with their hyperparameters."""
    look(page, "4 matching runs", re.compile(r"^trial \d \(best\)$"))
    headers = page.get_by_role("columnheader").all_inner_texts()
    assert [name for name in ("best_val_loss", "n_neurons", "learning_rate") if name not in headers] == []
    names = page.get_by_role("link", name=re.compile(r"^trial \d"))
    assert names.count() == 3
    rows = sorted((link.bounding_box()["y"], link.inner_text()) for link in names.all())
    assert rows[0][1].endswith("(best)")

    def column(name):
        left = page.get_by_role("columnheader", name=name, exact=True).first.bounding_box()["x"]
        cells = [(cell.bounding_box(), cell.inner_text()) for cell in page.get_by_role("gridcell").all()]
        return [text for _, text in sorted((box["y"], text) for box, text in cells if abs(box["x"] - left) < 2) if text != "-"]

    values = [float(text) for text in column("best_val_loss")]
    assert len(values) == 4
    assert values == sorted(values)
    assert len(set(values)) == 3  # the study's own row has the best trial's value
    assert all(4 <= int(text) <= 16 for text in column("n_neurons"))
    assert all(1e-3 <= float(text) <= 1e-1 for text in column("learning_rate"))
    assert len(column("n_neurons")) == len(column("learning_rate")) == 3


@pytest.mark.slow
def test_trials_curves_and_the_champion_s_version_are_a_few_clicks_away(page):
    check_trials(page)
    page.get_by_role("link", name="(best)").click()
    look(page, "Overview", "best_val_loss")
    page.get_by_role("tab", name="Model metrics").click()
    look(page, "Curves")
    cards = page.get_by_test_id("experiment-view-compare-runs-card")
    expect(cards).to_have_count(4)
    for card, metric in zip(cards.all(), ("val_loss", "loss", "accuracy", "val_accuracy"), strict=True):
        expect(card).to_contain_text(metric)
        expect(card.locator(".scatterlayer .point")).to_have_count(5)  # its epochs
        expect(card.locator(".scatterlayer")).to_be_in_viewport()
    page.get_by_role("link", name="Runs", exact=True).last.click()
    check_trials(page)
    page.get_by_role("link", name="Model registry").click()
    look(page, "Registered Models", "@ champion")
    page.locator("a[href='#/models/small']").click()
    look(page, "Version 1", "@ champion")
    page.get_by_role("link", name="Version 1").click()
    look(page, re.compile(r"^Trial \d of study small: val_loss 0\.\d+\.$"), re.compile(r"^Test part: "), "@ champion")
    expect(page.get_by_text("perceptune.test_loss")).to_be_visible()


@pytest.mark.slow
def test_the_descriptions_links_lead_to_trials_curves_and_study_and_the_report_opens(page):
    check_trials(page)
    page.locator("[data-component-id='mlflow.experiment.metadata_editor.expand_button']").click()
    look(follow(page, "learning curves of the best ten"), "Best trials", "val_loss", "Parallel Coordinates")
    check_trials(follow(page, "All trials, the best first"))
    page = follow(page, "study small")
    look(page, re.compile(r"^Best: trial \d"), re.compile(r"^Test part \(\d+ rows\)"))
    page.get_by_role("tab", name="Artifacts").click()
    page.get_by_text("report.html").click()
    report = page.frame_locator("iframe")
    expect(report.get_by_role("heading").first).to_be_in_viewport(timeout=60_000)
    look(page)


@pytest.mark.slow
def test_the_other_pages_of_the_menu_are_on_training_too(page):
    check_trials(page)
    page.get_by_role("link", name="Models", exact=True).click()
    look(page, re.compile(r"^small-trial-\d$"))
    page.locator("aside a[href='#/experiments']").click()
    look(page, "Time created", "small")
    page.get_by_role("link", name="Home").click()
    look(page, "Recent Experiments", "small")


@pytest.mark.slow
def test_the_dashboard_shows_the_study_with_a_curve_of_each_trial_and_offers_no_changes(browser, dashboard_address):
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(dashboard_address)
    expect(page.get_by_text("1. small")).to_be_visible()
    for label in ("rename study", "delete study"):
        expect(page.get_by_label(label)).to_be_hidden()
    expect(page.get_by_role("button", name="Create")).to_be_hidden()
    page.get_by_text("1. small").click()
    curves = page.locator("#graph-intermediate-values")
    expect(curves.locator(".scatterlayer .trace")).to_have_count(3)
    for curve in curves.locator(".scatterlayer .trace").all():
        expect(curve.locator(".point")).to_have_count(5)  # its epochs
    expect(page.get_by_text("Best Trial (number=")).to_be_visible()
    page.close()
