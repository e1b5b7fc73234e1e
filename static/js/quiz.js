/* The quiz player: each change is saved at once. Without JavaScript, Continue saves. */
const form = document.getElementById("question");
const saved = document.getElementById("saved");
const live = document.getElementById("live");
const button = document.getElementById("continue");
const field = form.querySelector("input[type=text], textarea");

const TYPING = 800;
const FIRST_PAUSE = 2_000;
const MAX_PAUSE = 30_000;
const LOST = "Not saved. Trying again. Your answer is still on this page.";
const TOO_LONG = "Not saved: your answer is too long to be sent. Shorten it. It is still on this page.";
const SIGNED_OUT = "Not saved: you’re signed out. Your answer is still on this page. To save it, ";

// A save covers the edits made before it began.
let edits = 0;
let kept = 0;
let saving = false;
let pause = FIRST_PAUSE;
let timer = 0;
let pressed = null;
let moved = "";
// What is typed cannot be read as an answer: leaving the page would lose it.
let refused = false;

const unsaved = () => edits > kept;

function say(text, failed) {
  saved.className = failed ? "error" : "quiet";
  if (saved.textContent === text) return;
  saved.textContent = text;
  live.textContent = `${moved} ${text}`.trim();
  moved = "";
}

function saySignedOut() {
  const link = document.createElement("a");
  link.href = form.dataset.signIn;
  link.target = "_blank";
  link.textContent = "sign in again in a new tab";
  say(`${SIGNED_OUT}${link.textContent}.`, true);
  saved.replaceChildren(SIGNED_OUT, link, ".");
}

function useCurrentToken() {
  // Signing in again changes the token that the page came with.
  const cookie = document.cookie.match(/(?:^|; )(?:__Host-)?csrftoken=([^;]+)/);
  if (cookie) form.elements.csrfmiddlewaretoken.value = cookie[1];
}

function changed(delay) {
  edits += 1;
  pressed = null;
  clearTimeout(timer);
  timer = setTimeout(save, delay);
}

async function save() {
  clearTimeout(timer);
  if (saving || !unsaved()) return;
  saving = true;
  const covered = edits;
  useCurrentToken();
  const body = new URLSearchParams(new FormData(form));
  // A browser refuses to send more than 64 KB after the page is left.
  const keepalive = String(body).length < 60_000;
  const options = { method: "POST", body, keepalive, signal: AbortSignal.timeout(10_000) };
  const answer = await fetch(form.action, options)
    .then(async (response) => ({ status: response.status, text: await response.text() }))
    .catch(() => ({ status: 0 }));
  saving = false;
  // The server does not read what is too long, and would not the next time either.
  if ([400, 413].includes(answer.status)) Object.assign(answer, { status: 422, text: TOO_LONG });
  if ([200, 409, 422].includes(answer.status)) {
    // 422: the answer cannot be read. 409: the attempt was submitted, or its time is up. The response says so.
    kept = covered;
    pause = FIRST_PAUSE;
    say(answer.text, answer.status !== 200);
    refused = answer.status === 422;
    field?.setAttribute("aria-invalid", refused);
    if (unsaved()) save();
    else if (pressed && refused) field.focus();
    else if (pressed) form.requestSubmit(pressed);
    return;
  }
  if (answer.status === 403) saySignedOut();
  else say(LOST, true);
  timer = setTimeout(save, pause);
  pause = Math.min(pause * 2, MAX_PAUSE);
}

function place(row, index) {
  const focused = document.activeElement;
  const rows = [...row.parentNode.children].filter((other) => other !== row);
  rows.splice(index, 0, row);
  row.parentNode.insertBefore(row, rows[index + 1] ?? null);
  rows.forEach((each, at) => (each.querySelector("select").value = at + 1));
  focused.focus();
  moved = `Position ${index + 1} of ${rows.length}.`;
}

form.addEventListener("input", ({ target }) => {
  if (!target.name) return;
  if (target.value && target.closest(".placing")) place(target.closest("li"), target.value - 1);
  changed(["text", "textarea"].includes(target.type) ? TYPING : 0);
});
form.addEventListener("change", save);
form.addEventListener("submit", (event) => {
  useCurrentToken();
  if (!unsaved()) {
    refused = false; // the server shows the page again, with the typed text
    return;
  }
  event.preventDefault();
  pressed = event.submitter;
  save();
});
form.addEventListener("click", ({ target }) => {
  const move = target.closest("[data-move]");
  if (!move) return;
  const row = move.closest("li");
  const rows = [...row.parentNode.children];
  const index = rows.indexOf(row) + Number(move.dataset.move);
  if (index < 0 || index >= rows.length) return;
  place(row, index);
  changed(0);
});
addEventListener("focus", save);
addEventListener("online", save);
addEventListener("beforeunload", (event) => {
  if (refused || (unsaved() && saved.className === "error")) event.preventDefault();
});
document.querySelectorAll(".move").forEach((buttons) => (buttons.hidden = false));

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.target !== document.body) return;
  event.preventDefault();
  button.click();
});

// Letters choose an option. Speech input may type them by accident, so a learner can turn this off.
if (form.querySelector(".letters")) {
  const areOn = () => document.documentElement.dataset.shortcuts !== "off";
  const show = () => form.querySelectorAll("kbd").forEach((key) => (key.hidden = !areOn()));
  show();
  document.addEventListener("shortcuts", show);
  document.addEventListener("keydown", (event) => {
    if (!areOn() || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("select, textarea, input:not([type=radio], [type=checkbox])")) return;
    const options = [...form.querySelectorAll("[data-key]")];
    const option = options.find((each) => each.dataset.key === event.key.toUpperCase());
    option?.focus();
    option?.click();
  });
}
