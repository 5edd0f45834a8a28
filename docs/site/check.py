"""Look at the built site as a reader does: `python docs/site/check.py .site`.

Every internal link must lead to a page and an anchor. Chromium opens every page: its formulas must be
rendered, no script may fail, and nothing may be wider than a narrow screen. The search must find something.
A second argument is a folder for screenshots of a few pages.
"""

import sys
import threading
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import which
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Page, sync_playwright

PICTURED = ("index.html", "rules/svd.html", "docs/hosts.html", "docs/site/api.html")
NARROW = 400  # pixels


class Links(HTMLParser):
    """The targets of the links of a page, and its anchors."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.anchors: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what this tag points at, and its id."""
        for name, value in attrs:
            if value and name == "id":
                self.anchors.add(value)
            elif value and (tag, name) in {
                ("a", "href"),
                ("img", "src"),
                ("link", "href"),
                ("script", "src"),
            }:
                self.targets.append(value)


def broken_links(site: Path) -> list[str]:
    """Links within the site that lead nowhere."""
    pages = {}
    for path in site.rglob("*.html"):
        if "_static" in path.parts:
            continue  # templates of the theme
        pages[path.resolve()] = links = Links()
        links.feed(path.read_text(encoding="utf-8"))
    broken = []
    for path, links in pages.items():
        for target in links.targets:
            url = urlsplit(target)
            if url.scheme or url.netloc:
                continue
            to = (path.parent / unquote(url.path)).resolve() if url.path else path
            if not to.exists() or (url.fragment and to in pages and url.fragment not in pages[to].anchors):
                broken.append(f"{path.relative_to(site.resolve())}: {target}")
    return broken


def serve(site: Path) -> str:
    """The address under which this process serves the site."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


# What a page shows once its formulas are set: text outside of code, formulas that failed, its width.
SHOWN = """async () => {
    await window.MathJax?.startup?.promise
    const article = document.querySelector("article")
    const body = article.cloneNode(true)
    body.querySelectorAll("code, pre, mjx-container, script, style").forEach(x => x.remove())
    const formulas = [...document.querySelectorAll("mjx-math")]
    return {
        dollars: body.textContent.includes("$"),
        failed: document.querySelectorAll("mjx-merror, [data-mml-node=merror]").length,
        unseen: document.querySelectorAll(".math").length - formulas.length
            + formulas.filter(x => !x.getBoundingClientRect().height).length,
        // On a narrow screen the theme clips what is too wide, so that the document does not grow.
        width: Math.max(document.documentElement.scrollWidth,
            Math.ceil(article.getBoundingClientRect().left + article.scrollWidth)),
    }
}"""


def seen(page: Page, address: str, names: list[str], pictures: Path | None) -> list[str]:
    """What is wrong with the pages when they are opened."""
    wrong: list[str] = []
    aborted = "ERR_ABORTED"  # an icon that was still loading when the next page was opened
    page.on("console", lambda message: message.type == "error" and wrong.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: wrong.append(f"script: {error}"))
    page.on("response", lambda answer: answer.status < 400 or wrong.append(f"{answer.status}: {answer.url}"))
    page.on("requestfailed", lambda request: aborted in request.failure or wrong.append(request.url))
    for name in names:
        for width in (NARROW, 1280) if name in PICTURED else (NARROW,):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(f"{address}/{name}", wait_until="load")
            shown = page.evaluate(SHOWN)
            if shown["dollars"] or shown["failed"] or shown["unseen"]:
                wrong.append(f"{name}: formulas are not rendered: {shown}")
            if shown["width"] > width:
                wrong.append(f"{name}: {shown['width']} pixels wide on a screen of {width}")
            if pictures and name in PICTURED:
                page.screenshot(path=str(pictures / f"{Path(name).stem}-{width}.png"))
    page.goto(f"{address}/search.html?q=cotangent")
    page.wait_for_selector("ul.search li", timeout=20_000)
    return wrong


def main(site: Path, pictures: Path | None = None) -> int:
    """Print what is wrong; the number of faults, at most one."""
    wrong = broken_links(site)
    names = [*PICTURED, *(f"{path.parent.name}/{path.name}" for path in sorted(site.glob("[dr]*/*.html")))]
    chromium = which("chromium") or which("chromium-browser") or which("google-chrome")
    if chromium is None:
        wrong.append("no Chromium was found: apt-get install chromium")
    else:
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            wrong += seen(browser.new_page(), serve(site), names, pictures)
            browser.close()
    print("\n".join(wrong) or f"{len(names)} pages opened; all links lead somewhere")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
