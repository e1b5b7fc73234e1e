// The heading being read: shown in the URL and the contents, saved on the server.
const lesson = document.querySelector("[data-lesson]");
const headings = lesson ? [...lesson.querySelectorAll("h2[id], h3[id]")] : [];
const token = document.querySelector("input[name=csrfmiddlewaretoken]");
const EVERY = 10_000;
let current = decodeURIComponent(location.hash.slice(1));
let kept = "";

// Only scrolling changes the URL: at first the browser is still moving to the heading in it.
function follow() {
  const passed = headings.filter((heading) => heading.getBoundingClientRect().top < innerHeight / 3);
  const id = passed.length ? passed[passed.length - 1].id : "";
  if (id === current) return;
  current = id;
  history.replaceState(history.state, "", id ? `#${id}` : location.pathname + location.search);
  for (const link of document.querySelectorAll(".rail.contents a")) {
    if (link.hash === `#${id}`) link.setAttribute("aria-current", "location");
    else link.removeAttribute("aria-current");
  }
}

function keep() {
  if (!lesson.dataset.place || !token || !current || current === kept) return;
  kept = current;
  const body = new URLSearchParams({ heading: current, csrfmiddlewaretoken: token.value });
  fetch(lesson.dataset.place, { method: "POST", body, keepalive: true }).catch(() => (kept = ""));
}

if (headings.length) {
  addEventListener("scroll", follow, { passive: true });
  addEventListener("pagehide", keep);
  document.addEventListener("visibilitychange", () => document.hidden && keep());
  setInterval(keep, EVERY);
}

// A question about the selected sentence, or else about the heading being read.
for (const link of document.querySelectorAll("a[data-ask]")) {
  link.addEventListener("click", () => {
    const address = new URL(link.href);
    if (current) address.searchParams.set("part", current);
    const chosen = getSelection();
    const quote = lesson?.contains(chosen.anchorNode) ? chosen.toString().trim().slice(0, 300) : "";
    if (quote) address.searchParams.set("quote", quote);
    link.href = address.href;
  });
}
