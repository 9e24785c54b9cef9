"""Pages in a real browser: everything is drawn and works, nothing is fetched, and everybody can use them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has no types
from playwright.sync_api import Browser, Page, sync_playwright

from ef_engine.cli import main
from ef_engine.report.chart_script import script_name
from ef_engine.report.forecast_html import render_forecast
from ef_engine.store.places import places_under
from tests.report.pages import texts_of
from tests.report.test_untrusted_texts import ATTACKS, page_with

pytestmark = pytest.mark.browser

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
SIZES = {"phone": (390, 844), "desktop": (1280, 800)}
SHOW_ALL = "document.querySelectorAll('[role=tabpanel]').forEach((panel) => { panel.hidden = false; })"
SHORTEN = "document.querySelectorAll('tbody tr:nth-child(n+13)').forEach((row) => row.remove())"
WORDS = {
    "forecast": ["report", "forecast", "8444b033da58"],
    "compare": ["compare", "a38d5dcb5fb9", "b7ccc467df31"],
    "set": ["report", "forecastset", "Sc0edc0460f4d"],
}
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def pages(home: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The page of each kind."""
    directory = tmp_path_factory.mktemp("pages")
    made = {name: directory / f"{name}.html" for name in WORDS}
    for name, words in WORDS.items():
        command = ["--workspace", str(home), *words, "--format", "html", "--output", str(made[name])]
        assert main(command) == 0
    return made


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """One page for all tests: a browser that knows the script of the charts loads them in a fraction of the time."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture
def opened(page: Page) -> Iterator[Open]:
    """Opens a page as if for the first time; what it complains about or asks the network for fails the test."""
    complaints: list[str] = []
    paths: list[Path] = []

    def asked(request: Any) -> None:
        if not _is_local(request.url, paths[-1]):
            complaints.append(request.url)

    watched: dict[Any, Callable[[Any], None]] = {
        "console": lambda message: complaints.append(f"{message.type}: {message.text}"),
        "pageerror": lambda error: complaints.append(str(error)),
        "dialog": lambda dialog: complaints.append(f"dialog: {dialog.message}"),
        "request": asked,
    }

    def open_page(path: Path, size: str = "desktop", scheme: Any = "light") -> Page:
        width, height = SIZES[size]
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(media="screen", color_scheme=scheme)
        paths.append(path)
        page.goto(path.as_uri())
        return page

    for event, told in watched.items():
        page.on(event, told)
    yield open_page
    page.evaluate("localStorage.clear()")  # a choice of colours stays
    page.goto("about:blank")
    for event, told in watched.items():
        page.remove_listener(event, told)
    assert complaints == []


def _is_local(url: str, page: Path) -> bool:
    directory = page.parent.as_uri()
    return url.startswith("data:") or url.partition("#")[0] in (page.as_uri(), f"{directory}/{script_name()}")


LOOKS: list[Any] = [
    (name, *look) for name in ("forecast", "compare", "set") for look in (("phone", "dark"), ("desktop", "light"))
]
LOOKS += [pytest.param("forecast", *look, marks=pytest.mark.slow) for look in (("phone", "light"), ("desktop", "dark"))]


@pytest.mark.parametrize(("name", "size", "scheme"), LOOKS)
def test_a_page_has_no_serious_fault_for_anybody(
    name: str, size: str, scheme: str, pages: dict[str, Path], opened: Open
) -> None:
    page = opened(pages[name], size, scheme)
    for tab in page.query_selector_all("[role=tab]"):
        tab.click()
    page.evaluate(SHOW_ALL)
    page.evaluate(SHORTEN)  # a row is like the dozen above it, and each is looked at for long
    found = Axe().run(page).response["violations"]
    serious = [
        (each["id"], [node["target"] for node in each["nodes"]][:3])
        for each in found
        if each["impact"] in ("serious", "critical")
    ]
    assert serious == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == {
        "light": "rgb(246, 247, 249)", "dark": "rgb(16, 21, 27)",
    }[scheme]  # fmt: skip


def test_every_chart_is_drawn_when_its_tab_is_shown(pages: dict[str, Path], opened: Open) -> None:
    page = opened(pages["forecast"])
    for tab in page.query_selector_all("[role=tab]"):
        tab.click()
    drawn = page.evaluate(
        "[...document.querySelectorAll('.plot')].map((e) => [e.dataset.chart, e.querySelectorAll('path').length > 2])"
    )
    assert dict(drawn) == dict.fromkeys(["worth", "timeline", "balances", "gains", "interest", "flows"], True)


def test_tabs_go_by_keys_and_have_addresses(pages: dict[str, Path], opened: Open) -> None:
    page = opened(pages["forecast"])
    page.focus("#tab-overview")
    page.keyboard.press("ArrowRight")
    assert page.is_visible("#balances")
    assert not page.is_visible("#overview")
    page.keyboard.press("End")
    assert page.evaluate("document.activeElement.id") == "tab-inputs"
    page.click("#tab-decisions")
    address = page.url
    assert address.endswith("#decisions")
    page.goto("about:blank")
    page.goto(address)
    assert page.is_visible("#decisions")
    assert not page.is_visible("#overview")


def test_the_long_table_is_searched_and_sorted(pages: dict[str, Path], opened: Open) -> None:
    page = opened(pages["forecast"])
    page.click("#tab-daily")
    assert page.inner_text("#daily .count") == "730 rows"
    assert len(page.query_selector_all("#daily tbody tr")) < 80
    page.fill("#daily input[type=search]", "2026-04 refund")
    assert page.inner_text("#daily .count") == "1 of 730 rows"
    assert page.inner_text("#daily tbody th") == "2026-04-20"
    page.click("#daily tbody th button")
    assert "tax refund 2026" in page.inner_text("dialog")
    page.keyboard.press("Escape")
    page.fill("#daily input[type=search]", "")
    page.click("#daily thead th:nth-child(2) button")
    assert page.inner_text("#daily tbody tr:nth-child(2) td") == "200.00"
    page.click("#daily thead th:nth-child(1) button")
    page.click("#daily thead th:nth-child(1) button")
    assert page.inner_text("#daily tbody th") == "2027-12-31"


def test_the_long_table_shows_every_cell_of_its_data(pages: dict[str, Path], opened: Open) -> None:
    """Whatever the page is given is shown as it stands: read cell by cell out of the browser."""
    page = opened(pages["forecast"])
    data = page.evaluate("data.daily.columns")
    shown = page.evaluate(
        "data.daily.columns.map(decoded).map((c) => Array.from({ length: c.size }, (_, k) => c.text(k)))"
    )
    assert shown == [texts_of(column) for column in data]


def test_the_daily_table_is_told_in_brief(pages: dict[str, Path], opened: Open) -> None:
    page = opened(pages["forecast"])
    page.click("#tab-daily")
    page.select_option("#daily select.columns", "brief")
    headers = page.eval_on_selector_all("#daily thead th", "(all) => all.map((each) => each.textContent)")
    assert headers[:3] == ["Date", "Memo", "Memo Directives"]
    page.fill("#daily input[type=search]", "2026-04 refund")
    assert "tax refund 2026" in page.inner_text("#daily tbody tr:nth-child(2) td")


def test_decisions_are_chosen_by_status(pages: dict[str, Path], opened: Open) -> None:
    page = opened(pages["forecast"])
    page.click("#tab-decisions")
    page.select_option("#decisions select[data-column=Status]", "deferred")
    assert page.inner_text("#decisions .count").startswith("2 of ")


def test_the_colours_are_switched_and_stay(pages: dict[str, Path], opened: Open) -> None:
    page = opened(pages["forecast"])
    page.click(".theme")
    for _ in range(2):
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(16, 21, 27)"
        assert page.inner_text(".theme") == "Light colours"
        page.reload()


def test_on_paper_every_part_is_there_and_light(pages: dict[str, Path], opened: Open) -> None:
    page = opened(pages["forecast"], "desktop", "dark")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print", color_scheme="dark")
    visible = page.evaluate("[...document.querySelectorAll('[role=tabpanel]')].every((e) => e.offsetHeight > 0)")
    assert visible
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("[...document.querySelectorAll('.plot')].every((e) => e.querySelector('path'))")
    page.set_viewport_size({"width": 703, "height": 1000})  # A4 between its margins
    wide = "(all) => all.filter((e) => e.querySelector('svg').width.baseVal.value > e.clientWidth + 1).length"
    assert page.eval_on_selector_all(".plot", wide) == 0
    assert page.evaluate("document.documentElement.scrollWidth") == 703


def test_a_page_says_where_its_charts_are_when_their_script_is_missing(
    pages: dict[str, Path], browser: Browser, tmp_path: Path
) -> None:
    alone = tmp_path / "alone.html"
    alone.write_bytes(pages["forecast"].read_bytes())
    page = browser.new_page()
    page.goto(alone.as_uri())
    assert script_name() in page.inner_text(".no-charts")
    page.click("#tab-daily")
    assert page.inner_text("#daily .count") == "730 rows"
    page.close()


@pytest.mark.parametrize("text", [ATTACKS[0], " ".join(ATTACKS)])
def test_a_text_of_a_user_stays_a_text(text: str, pages: dict[str, Path], opened: Open) -> None:
    path = pages["forecast"].with_name("attack.html")
    path.write_text(render_forecast(page_with(text), script_name()), encoding="utf-8")
    page = opened(path)
    for tab in page.query_selector_all("[role=tab]"):
        tab.click()
    assert page.query_selector("main img") is None
    assert page.evaluate("document.querySelector('h1').textContent") == page.evaluate(
        "data.daily.columns.at(-1).texts[0]"
    )


def test_a_set_ranks_by_any_metric_as_the_command_does(home: Path, pages: dict[str, Path], opened: Open) -> None:
    from ef_engine.service.ids import find_record
    from ef_engine.service.scenarios import read_scenarios

    places = places_under(home)
    found, _ = read_scenarios(places, find_record(places, WORDS["set"][-1]))
    page = opened(pages["set"])
    for metric in found.metrics:
        expected = [[each.scenario.id, each.rank] for each in found.ranking(metric)]
        ranked = "ranked(metricNamed(name)).map((each) => [found.scenarios[each.k].id, each.rank])"
        assert page.evaluate(f"(name) => {ranked}", metric) == expected, metric


def test_any_two_scenarios_are_put_side_by_side(pages: dict[str, Path], opened: Open) -> None:
    page = opened(pages["set"])
    page.click("#matrix tbody tr:nth-child(2) td:nth-of-type(3) a")
    assert page.is_visible("#pair")
    assert "Core | replace | renovate" in page.inner_text("#pair-links")
    row = page.inner_text("#pair-values tbody tr:first-child").split("\t")
    assert row == ["Net Worth", "6,533.18", "150.78", "-6,382.40"]
    assert page.query_selector("#pair .plot path")
    page.select_option("#metric", "Blue Card paid")
    assert page.inner_text("#metric-says") == "earlier is better"


def test_a_comparison_shows_the_line_that_is_chosen(pages: dict[str, Path], opened: Open) -> None:
    page = opened(pages["compare"])
    page.select_option("#line", "Checking")
    assert page.inner_text("#line-says").startswith("Checking: A ends at ")
    assert page.evaluate("document.querySelector('.plot').data.length") == 2
