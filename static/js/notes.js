/* The review of notes: keys and buttons answer without a reload, panes follow each other by block. */
const live = document.getElementById("live");
const review = () => document.getElementById("review");
const get = (id) => document.getElementById(id);
const suggestions = () => [...review().querySelectorAll("[data-suggestion]")];
const wide = matchMedia("(min-width: 60rem)");

let current = "";
let queue = Promise.resolve();

// --- the current suggestion, and its lines -----------------------------------------------------------------------

const find = (id) => suggestions().find((row) => row.dataset.suggestion === id);

function show(row, { scroll = true } = {}) {
  review().querySelectorAll(".on").forEach((each) => each.classList.remove("on"));
  if (!row) return;
  current = row.dataset.suggestion;
  row.classList.add("on");
  for (let line = Number(row.dataset.first); line <= Number(row.dataset.last); line += 1) get(`L${line}`)?.classList.add("on");
  if (!scroll) return;
  follow(row, get(`L${row.dataset.first}`));
  row.focus({ preventScroll: true });
  const place = suggestions().indexOf(row) + 1;
  live.textContent = `Suggestion ${place} of ${suggestions().length}: ${row.querySelector("b").textContent}`;
}

function follow(row, line) {
  pause();
  row.scrollIntoView({ block: "center" });
  if (line && wide.matches) line.closest("pre").scrollTop = line.offsetTop - line.closest("pre").clientHeight / 3;
}

function move(step) {
  const rows = suggestions();
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.dataset.suggestion === current);
  show(rows[at < 0 ? 0 : Math.min(Math.max(at + step, 0), rows.length - 1)]);
}

function nextUndecided(after) {
  const rows = suggestions();
  const at = rows.findIndex((row) => row.dataset.suggestion === after);
  return rows.slice(at + 1).find((row) => !("decided" in row.dataset)) ?? rows[at] ?? null;
}

// --- answers: sent one after the other, then the page is what the server says ------------------------------------

function replace(html) {
  const page = new DOMParser().parseFromString(html, "text/html").getElementById("review");
  if (!page) return false;
  const tops = ["page--raw", "page--right"].map((id) => get(id)?.scrollTop ?? 0);
  const isOpen = review().querySelector(".habits").open;
  review().replaceWith(page);
  prepare();
  review().querySelector(".habits").open = isOpen;
  pause();
  ["page--raw", "page--right"].forEach((id, place) => (get(id).scrollTop = tops[place]));
  return true;
}

function send(address, options, after) {
  queue = queue.then(async () => {
    review().setAttribute("aria-busy", "true");
    const answer = await fetch(address, options).then(
      async (response) => response.ok && response.url.includes("/notes/") && (await response.text()),
      () => false,
    );
    if (answer && replace(answer)) after();
    else live.textContent = "Not saved. Load the page again.";
    review().removeAttribute("aria-busy");
  });
  return queue;
}

function answer(form, button) {
  const body = new URLSearchParams(new FormData(form));
  body.append(button.name, button.value);
  const id = button.value;
  send(form.action, { method: "POST", body }, () => {
    const row = button.name === "undo" ? find(id) : nextUndecided(find(id) ? id : current);
    show(row);
  });
}

document.addEventListener("submit", (event) => {
  const { target, submitter } = event;
  if (target.id !== "page--answers" || !submitter) return;
  event.preventDefault();
  answer(target, submitter);
});

document.addEventListener("change", (event) => {
  const form = event.target.closest?.("#page--habits");
  if (!form) return;
  const given = new URLSearchParams(new FormData(form));
  given.delete("csrfmiddlewaretoken");
  const focused = event.target.id;
  send(`${location.pathname}?${given}`, {}, () => get(focused)?.focus());
});

// --- single keys, unless they are switched off -------------------------------------------------------------------

const areOn = () => document.documentElement.dataset.shortcuts !== "off";
const showKeys = () => (review().querySelector(".keys").hidden = !areOn());
document.addEventListener("shortcuts", showKeys);

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  a: () => press("accept"),
  s: () => press("skip"),
};

function press(name) {
  const row = find(current);
  row?.querySelector(`button[name=${name}]`)?.click();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !areOn()) return;
  if (event.target.closest("select, textarea, input:not([type=radio], [type=checkbox]), [role=separator]")) return;
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  queue = queue.then(act);
});

// --- panes follow each other by block ----------------------------------------------------------------------------

let quiet = 0;
const pause = () => (quiet = performance.now() + 150);

function sync(from, to) {
  if (!wide.matches || performance.now() < quiet) return;
  const edge = from.getBoundingClientRect().top;
  const top = [...from.querySelectorAll("[data-of]")].find((each) => each.getBoundingClientRect().bottom > edge + 4);
  const other = top && to.querySelector(`[data-of="${top.dataset.of}"]`);
  if (!other) return;
  pause();
  to.scrollTop += other.getBoundingClientRect().top - to.getBoundingClientRect().top;
}

// --- the bar between them, by pointer and by arrow keys ----------------------------------------------------------

function resize(share) {
  const bar = get("page--split");
  const part = Math.min(Math.max(Math.round(share), 20), 80);
  bar.setAttribute("aria-valuenow", String(part));
  get("page--sides").style.setProperty("--split", `${part / (100 - part)}fr`);
  sessionStorage.notesSplit = String(part);
}

function prepareSplit() {
  const bar = get("page--split");
  bar.hidden = false;
  bar.tabIndex = 0;
  const about = { role: "separator", "aria-label": "Width of your notes", "aria-orientation": "vertical" };
  const range = { "aria-valuemin": "20", "aria-valuemax": "80" };
  for (const [name, value] of Object.entries({ ...about, ...range })) bar.setAttribute(name, value);
  resize(Number(sessionStorage.notesSplit ?? 50));
  bar.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -5, ArrowRight: 5 }[event.key];
    if (!step) return;
    event.preventDefault();
    resize(Number(bar.getAttribute("aria-valuenow")) + step);
  });
  bar.addEventListener("pointerdown", (event) => bar.setPointerCapture(event.pointerId));
  bar.addEventListener("pointermove", (event) => {
    if (!bar.hasPointerCapture(event.pointerId)) return;
    const box = get("page--sides").getBoundingClientRect();
    resize(((event.clientX - box.left) / box.width) * 100);
  });
}

function prepare() {
  const [left, right] = [get("page--raw"), get("page--right")];
  left.addEventListener("scroll", () => sync(left, right), { passive: true });
  right.addEventListener("scroll", () => sync(right, left), { passive: true });
  left.addEventListener("click", ({ target }) => {
    const line = target.closest(".rl");
    const block = line && right.querySelector(`[data-of="${line.dataset.of}"]`);
    if (block) follow(block, null);
  });
  showKeys();
  prepareSplit();
}

prepare();
