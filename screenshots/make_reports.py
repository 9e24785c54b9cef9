"""`python screenshots/make_reports.py` takes the pictures of reports: the sample household in a headless Chromium."""

from __future__ import annotations

import contextlib
import io
import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from ef_engine.cli import main

HERE = Path(__file__).parent
DESKTOP, PHONE = (1280, 960), (390, 844)
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
SHOTS = (
    # name, page, tab, size, colours, how far down
    ("report-overview", "forecast", "overview", DESKTOP, "light", 0),
    ("report-net-worth", "forecast", "overview", DESKTOP, "dark", 930),
    ("report-balances", "forecast", "balances", DESKTOP, "light", 280),
    ("report-money", "forecast", "money", DESKTOP, "light", 0),
    ("report-decisions", "forecast", "decisions", DESKTOP, "dark", 280),
    ("report-daily", "forecast", "daily", DESKTOP, "light", 280),
    ("report-phone", "forecast", "overview", PHONE, "light", 0),
    ("report-phone-dark", "forecast", "balances", PHONE, "dark", 430),
    ("compare", "compare", "", DESKTOP, "light", 0),
    ("set-choices", "set", "choices", DESKTOP, "light", 0),
    ("set-pair", "set", "pair", DESKTOP, "dark", 380),
)


def take() -> None:
    """Makes the reports of the sample and takes every picture."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        pages = _reports(Path(name))
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        for shot, page, tab, size, colours, down in SHOTS:
            _take(browser, pages[page], f"{shot}.png", tab, size, colours, down)
        browser.close()


def _take(browser: Browser, path: Path, name: str, tab: str, size: tuple[int, int], colours: str, down: int) -> None:
    width, height = size
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=colours)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(path.as_uri() + (f"#{tab}" if tab else ""))
    page.wait_for_load_state("load")
    page.evaluate("(down) => window.scrollTo({ top: down, behavior: 'instant' })", down)
    page.wait_for_timeout(300)
    page.screenshot(path=HERE / name)
    context.close()


def _reports(home: Path) -> dict[str, Path]:
    words: dict[str, tuple[str, ...]] = {
        "forecast": ("report", "forecast", _run(home, "forecast", "household.json")),
        "set": ("report", "forecastset", _run(home, "forecastset", "household-set.json")),
    }
    members = _ef(home, "report", "forecastset", words["set"][-1], "--format", "csv").splitlines()[1:4]
    words["compare"] = ("compare", *(line.partition(",")[0] for line in members))
    return {name: Path(_ef(home, *each, "--format", "html").strip()) for name, each in words.items()}


def _run(home: Path, kind: str, name: str) -> str:
    if not (home / name).exists():
        _ef(home, "init", str(home))
    return _ef(home, "run", "--in_process", kind, str(home / name)).split()[-2]


def _ef(home: Path, *words: str) -> str:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
        assert main(["--workspace", str(home), *words]) == 0
    return printed.getvalue()


if __name__ == "__main__":
    take()
