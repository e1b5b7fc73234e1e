"""Open a page in Chromium and report unsafe behaviour, regardless of how the page was made."""

from playwright.sync_api import Browser, Error, Page, Route

ADDRESS = "https://portal.example/lesson/"

SHELL = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Lesson</title>
<main id="main">{body}</main><div id="live"></div>"""

# what an author may put on a page, including the elements of drawings, which the renderer adds
INSPECT = """() => {
  const allowed = new Set(`a aside blockquote br code dd details div dl dt em figcaption figure h2 h3 h4 h5 h6 hr img li
    mark math menclose mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow mspace
    msqrt msub msubsup msup mtable mtd mtext mtr munder munderover ol p path pre rect s section span
    strong summary sup svg table tbody td text th thead title tr tspan ul`.split(/\\s+/));
  const addresses = `href src srcset action formaction data xlink:href poster background cite`.split(" ");
  const faults = [];
  for (const element of document.querySelectorAll("#main *")) {
    const name = element.localName;
    if (!allowed.has(name)) faults.push(`element: ${name}`);
    for (const {name: attribute, value} of element.attributes) {
      if (/^on|^style$|^srcdoc$/i.test(attribute)) faults.push(`attribute: ${attribute}`);
      if (!addresses.includes(attribute)) continue;
      if (!URL.canParse(value, document.baseURI)) continue;  // leads nowhere
      const {protocol, host} = new URL(value, document.baseURI);
      const fine = name === "img" ? ["https:"] : ["https:", "http:", "mailto:"];
      if (!fine.includes(protocol)) faults.push(`address: ${protocol} in ${attribute}`);
      if (host !== "portal.example" && /^(\\/|\\\\){2}/.test(value)) faults.push(`address: ${host} without scheme`);
    }
  }
  for (const id of ["main", "live"])
    if (document.querySelectorAll("#" + id).length !== 1) faults.push(`id: ${id} is not unique`);
  return faults;
}"""


def judge(browser: Browser, html: str) -> list[str]:
    """Return the faults of a page with this HTML: scripts that ran, requests, unexpected content, effects of clicks."""
    faults: list[str] = []
    context = browser.new_context()
    page = context.new_page()
    page.route("**/*", lambda route: _answer(route, html, faults))
    page.on("dialog", lambda dialog: (faults.append("ran: dialog"), dialog.dismiss()))
    page.on("console", lambda message: faults.append("ran: console") if message.type == "log" else None)
    page.on("pageerror", lambda error: faults.append(f"ran: script with an error, {error}"))
    page.goto(ADDRESS)
    try:
        faults += page.evaluate(INSPECT)
        _wave_the_mouse(page)
        _click_links(page, faults)
    except Error as error:
        faults.append(f"left: {error.message.splitlines()[0]}")
    context.close()
    return sorted(set(faults))


def _answer(route: Route, html: str, faults: list[str]) -> None:
    request = route.request
    if request.url.partition("#")[0] == ADDRESS:
        route.fulfill(body=SHELL.format(body=html), content_type="text/html; charset=utf-8")
        return
    own_image = request.resource_type == "image" and request.url.startswith("https://portal.example/")
    if not own_image:
        faults.append(f"request: {request.resource_type} {request.url}")
    route.abort()


def _wave_the_mouse(page: Page) -> None:
    page.evaluate("""() => document.querySelectorAll("#main *").forEach(element => {
      for (const type of ["mouseover", "mouseenter", "focus", "toggle"]) element.dispatchEvent(new Event(type));
    })""")


def _click_links(page: Page, faults: list[str]) -> None:
    # Navigation is cancelled at the last moment, so that scripts still run.
    page.evaluate("""() => addEventListener("click", event => {
      const link = event.target.closest("a");
      if (link && /^(https?|mailto):$/.test(link.protocol)) event.preventDefault();
    })""")
    page.evaluate("""() => document.querySelectorAll("#main a").forEach(link =>
      link.dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true})))""")
    page.wait_for_timeout(100)
    if page.url.partition("#")[0] != ADDRESS:
        faults.append(f"left: for {page.url}")
