"""A backtest's pages in a browser: from a file, without a network, in both themes, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.command import backtest, lockstep
from tests.cli.generated import write_bars, write_bots

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

Window = Callable[..., "BrowserContext"]
PAGES = ("report", "compare")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A report of two bots on three days, and that run beside another."""
    place = tmp_path_factory.mktemp("pages")
    data, bots = write_bars(place / "bars.csv", range(3)), write_bots(place / "bots.json")
    one = backtest(place / "one", "--bots", bots, "--data", data, "--intrabar", "both").path
    other = backtest(place / "another with quite a long name", "--bots", bots, "--data", data, "--fees", "none").path
    assert lockstep("compare", one, other, "--out", place).code == 0
    return {"report": one / "report.html", "compare": place / "compare.html"}


@pytest.fixture
def look(window: Window, pages: dict[str, Path]) -> Iterator[Callable[..., Page]]:
    """Opens one of the pages; the test fails on any error of the page's own, and on any address it asks for."""
    asked: list[str] = []

    def open_page(name: str, **options: object) -> Page:
        page = window(**options).new_page()
        page.on("pageerror", lambda error: pytest.fail(f"the page raised {error}"))
        page.on("console", lambda said: pytest.fail(f"the page said {said.text}"))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(pages[name].as_uri())
        return page

    yield open_page
    assert not [url for url in asked if not url.startswith("file:")]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [320, 390, 768, 1440])
def test_no_page_scrolls_sideways(look: Callable[..., Page], name: str, width: int) -> None:
    page = look(name, viewport={"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_dark_where_its_reader_is(look: Callable[..., Page], name: str) -> None:
    grounds = {
        theme: look(name, color_scheme=theme).evaluate("getComputedStyle(document.body).backgroundColor")
        for theme in ("light", "dark")
    }
    assert grounds == {"light": "rgb(243, 244, 246)", "dark": "rgb(11, 14, 18)"}


def test_one_chart_is_shown_and_the_list_and_buttons_pick_another(look: Callable[..., Page]) -> None:
    page = look("report")
    shown = "[...document.querySelectorAll('figure')].filter(f => f.offsetParent).map(f => f.dataset.chart)"
    chosen = page.get_by_label("Symbol and day")
    assert page.evaluate(shown) == ["0"]
    page.get_by_role("button", name="Later").click()
    assert page.evaluate(shown) == ["1"]
    assert chosen.input_value() == "1"
    chosen.select_option("3")
    assert page.evaluate(shown) == ["3"]
    page.get_by_role("button", name="Earlier").click()
    assert page.evaluate(shown) == ["2"]


def test_a_chart_widens_inside_its_frame(look: Callable[..., Page]) -> None:
    page = look("report")
    wide = "document.querySelector('figure.on svg').getBoundingClientRect().width"
    before = page.evaluate(wide)
    page.get_by_role("button", name="200 %").click()
    assert page.evaluate(wide) == pytest.approx(2 * before, abs=1)
    assert page.evaluate("document.documentElement.scrollWidth") == 1440


def test_without_scripts_every_chart_stands_below_the_other(look: Callable[..., Page]) -> None:
    page = look("report", java_script_enabled=False)
    figures = page.locator("figure[data-chart]")
    assert figures.count() > 4
    assert all(figure.is_visible() for figure in figures.all())
    assert not page.get_by_label("Symbol and day").is_visible()


def test_pictures_keep_the_size_of_their_text_on_a_phone(look: Callable[..., Page]) -> None:
    page = look("report", viewport={"width": 390, "height": 900})
    heights = page.evaluate(
        "[...document.querySelectorAll('.narrow svg text')].map(t => t.getBoundingClientRect().height)"
    )
    assert len(heights) > 10
    assert min(heights) > 10
