"""Target 10: the size of a lesson in Chromium, its layout shift, and the text that is lost without scripts."""

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.benchmark import Benchmark, Goal
from benchmarks.site import Site
from tests.conftest import CHROMIUM, FLAGS

MOVED = """new Promise(done => new PerformanceObserver(list => {
    window.moved = (window.moved || 0) + list.getEntries().reduce((sum, entry) => sum + entry.value, 0);
}).observe({type: "layout-shift", buffered: true}) || setTimeout(() => done(window.moved || 0), 500))"""

WORDS = """(() => {
    const article = document.querySelector("article").cloneNode(true);
    article.querySelectorAll("button").forEach(button => button.remove());
    return article.textContent.split(/\\s+/);
})()"""


class Weight(Benchmark):
    target, work, unit = 10, "lesson page with everything it loads", "KB"
    goals = (
        Goal("product", at_most=60),
        Goal("layout shift", at_most=0),
        Goal("lost without JavaScript", at_most=0),
    )

    def __init__(self, site: Site) -> None:
        self.address = site.portal.url + site.lesson.get_absolute_url()
        playwright = site.enter_context(sync_playwright())
        self.browser: Browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        site.callback(self.browser.close)

    def product(self) -> float:
        """The number of bytes sent over the network, including headers."""
        with self.browser.new_context() as context:
            page = context.new_page()
            sizes: list[float] = []
            wire = context.new_cdp_session(page)
            wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
            wire.send("Network.enable")
            page.goto(self.address, wait_until="networkidle")
            self.moved = page.evaluate(MOVED)
            self.words = words(page)
        return sum(sizes) / 1000

    def facts(self) -> dict[str, float]:
        with self.browser.new_context(java_script_enabled=False) as context:
            page = context.new_page()
            page.goto(self.address)
            lost = len(self.words) - len(words(page))
        return {"layout shift": round(self.moved, 4), "lost without JavaScript": max(lost, 0)}


def words(page: Page) -> list[str]:
    """The text of the page, without buttons such as Copy, which a script adds."""
    return page.evaluate(WORDS)
