/* The editor: preview, images, drafts. Tab leaves the field. */
const box = document.getElementById("drafts");
const form = box.closest("form");

const PAUSE = 400;
const KEPT = "Your text is kept in this browser.";
const LOST = `No connection. ${KEPT} The preview updates when you’re online again.`;
const SIGNED_OUT = `You’re signed out. ${KEPT} `;

function parts(html) {
  return new DOMParser().parseFromString(html, "text/html").body.childNodes;
}

function cookie(name) {
  return document.cookie.match(`(?:^|; )(?:__Host-)?${name}=([^;]+)`)?.[1] ?? "";
}

function send(address, fields, signal) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  // The token comes from the cookie: signing in again in another tab changes it.
  const headers = { "X-CSRFToken": cookie("csrftoken") };
  return fetch(address, { method: "POST", body, headers, redirect: "manual", signal });
}

const course = () => form.elements.course?.value || box.dataset.course;

// --- one field: preview and images ---

function startEditor(root) {
  const field = root.querySelector("textarea");
  const frame = root.querySelector("iframe");
  const notes = root.querySelector(".editor-notes");
  const says = root.querySelector(".editor-says");
  const file = root.querySelector("input[type=file]");
  let timer = 0;
  let running = null;
  let told = ""; // the preview's last message; others stay

  const say = (...words) => says.replaceChildren(...words);
  const page = () => frame.contentDocument.getElementById("main");

  function saySignedOut() {
    const link = document.createElement("a");
    link.href = box.dataset.signIn;
    link.target = "_blank";
    link.textContent = "Sign in again in a new tab";
    say(SIGNED_OUT, link, ", then continue here.");
  }

  function sayFault(answer) {
    if (answer.type === "opaqueredirect" || answer.status === 403) saySignedOut();
    else if (answer.status === 404) say("Choose one of your courses first.");
    else say(`The preview could not be loaded. ${KEPT}`);
  }

  function show(shown) {
    notes.replaceChildren(...parts(shown.notes));
    if (shown.page !== null) page().replaceChildren(...parts(shown.page));
    const fault = notes.querySelector("b")?.textContent ?? "";
    if (fault || says.textContent === told) say(fault);
  }

  async function preview() {
    running?.abort();
    running = new AbortController();
    if (!course()) return say((told = "Choose the course first. Links are checked against it."));
    const { kind, markdownxUrlsPath } = field.dataset;
    const fields = { content: field.value, kind, course: course(), title: form.elements.title?.value ?? "" };
    try {
      const answer = await send(markdownxUrlsPath, fields, running.signal);
      if (answer.ok) show(await answer.json());
      else sayFault(answer);
    } catch (error) {
      if (error.name === "AbortError") return;
      say(LOST);
    }
    told = says.textContent;
  }

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(preview, PAUSE);
  }

  function insert(code, from, to, next) {
    // Never over selected text, such as an example just inserted: the upload took a while.
    const end = field.selectionEnd;
    const gap = end > field.selectionStart ? "\n\n" : "";
    const at = end + gap.length;
    field.focus();
    field.setSelectionRange(end, end);
    document.execCommand("insertText", false, gap + code); // the only way that Undo can revert
    field.setSelectionRange(at + from, at + to);
    say(next);
  }

  function insertLink(code) {
    insert(code, 1, code.indexOf("]"), "Say between the brackets what readers download.");
  }

  async function upload(chosen) {
    const isImage = chosen.type.startsWith("image/");
    const address = isImage ? field.dataset.markdownxUploadUrlsPath : file.dataset.attach;
    say(`Uploading ${chosen.name}.`);
    try {
      const answer = await send(address, { [isImage ? "image" : "file"]: chosen, course: course() });
      const found = answer.ok || answer.status === 400 ? await answer.json() : {};
      if (found.image_code) insert(found.image_code, 2, 2, "Describe the image between the brackets.");
      else if (found.file_code) insertLink(found.file_code);
      else if (answer.status === 400) say((found.image ?? found.file)[0]);
      else if (answer.status === 413) say(`The file is too large. The limit is ${isImage ? 5 : 20} MB.`);
      else sayFault(answer);
    } catch {
      say(`No connection. ${chosen.name} was not uploaded. Add it again.`);
    }
  }

  function takePicture(event, files) {
    if (!file || !files[0]?.type.startsWith("image/")) return;
    event.preventDefault();
    upload(files[0]);
  }

  function theme(name) {
    frame.contentDocument.documentElement.dataset.theme = name;
    for (const button of root.querySelectorAll("[data-theme]"))
      button.setAttribute("aria-pressed", button.dataset.theme === name);
  }

  function begin() {
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    const chosen = document.body.className.match(/theme-(light|dark)/)?.[1];
    theme(chosen ?? (dark ? "dark" : "light"));
    frame.contentDocument.addEventListener("click", follow);
    preview();
  }

  // The frame never navigates: links open in a new tab or scroll to a heading.
  function follow(event) {
    const link = event.target.closest("main a, .outline a");
    if (!link) return;
    event.preventDefault();
    if (link.getAttribute("href")[0] !== "#") return open(link.href, "_blank", "noopener");
    frame.contentDocument.getElementById(decodeURIComponent(link.hash.slice(1)))?.scrollIntoView();
  }

  notes.addEventListener("click", follow);
  root.addEventListener("click", ({ target }) => target.dataset.theme && theme(target.dataset.theme));
  root.querySelector("[data-phone]").addEventListener("click", ({ target }) => {
    target.setAttribute("aria-pressed", frame.classList.toggle("phone"));
  });
  form.addEventListener("input", ({ target }) => {
    if (target === field || ["title", "course"].includes(target.name)) soon();
  });
  field.addEventListener("paste", (event) => takePicture(event, event.clipboardData.files));
  field.addEventListener("drop", (event) => takePicture(event, event.dataTransfer.files));
  file?.addEventListener("change", () => {
    if (file.files[0]) upload(file.files[0]);
    file.value = "";
  });
  addEventListener("online", preview);
  if (frame.contentDocument?.getElementById("main")) begin();
  else frame.addEventListener("load", begin, { once: true });
  return { preview };
}

const editors = [...document.querySelectorAll("[data-editor]")].map(startEditor);

// --- keys: Ctrl+S saves and stays, Ctrl+Enter saves and shows what learners see ---

form.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
  if (!["s", "Enter"].includes(event.key) || !form.elements._continue) return;
  event.preventDefault();
  if (event.repeat) return;
  if (event.key === "Enter") sessionStorage.viewNext = name;
  form.requestSubmit(form.elements._continue);
});

function viewNext(saved) {
  const asked = sessionStorage.viewNext === saved;
  sessionStorage.removeItem("viewNext");
  const link = document.querySelector("[data-view]") ?? document.querySelector(".viewsitelink");
  if (asked && link) location.assign(link.href);
}

// --- drafts: one for each opened page, in this browser, until it is saved or discarded ---

const name = Date.now().toString(36) + Math.random().toString(36).slice(2);
const key = box.dataset.key + name;

function values(of) {
  const own = /^(csrfmiddlewaretoken|version|draft|initial-.*|_.*)$/;
  return JSON.stringify([...new FormData(of)].filter(([field, value]) => !own.test(field) && typeof value === "string"));
}

// What the server sent: the browser may have put something else into the fields by now.
const clean = form.cloneNode(true);
clean.reset();
const saved = values(clean);

let last = "";

function keep() {
  const now = values(form);
  if (now === last) return; // so that its time is that of the last change
  last = now;
  try {
    if (now === saved && !("unsaved" in box.dataset)) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify({ at: Date.now(), values: now }));
  } catch {
    box.before("This browser can’t keep drafts. Save often. ");
  }
}

function drafts() {
  const keys = Object.keys(localStorage).filter((each) => each.startsWith(box.dataset.key) && each !== key);
  return keys.map((each) => ({ key: each, ...JSON.parse(localStorage[each]) })).sort((a, b) => b.at - a.at);
}

const label = (field) => form.elements[field]?.labels?.[0]?.textContent ?? field;
const asText = (pairs) => JSON.parse(pairs).map(([field, value]) => `${label(field)}\n${value}`).join("\n");

async function offer() {
  for (const draft of drafts()) if (draft.values === values(form)) localStorage.removeItem(draft.key);
  const [draft] = drafts();
  box.hidden = !draft;
  if (!draft) return;
  box.dataset.draft = draft.key;
  const when = new Date(draft.at);
  const today = when.toDateString() === new Date().toDateString();
  const words = today ? when.toTimeString().slice(0, 5) : when.toLocaleString();
  for (const place of box.querySelectorAll("[data-when]")) place.textContent = words;
  const answer = await send(box.dataset.compare, { old: asText(values(form)), new: asText(draft.values) });
  if (answer.ok) box.querySelector("[data-differences]").replaceChildren(...parts(await answer.text()));
}

function fill(pairs) {
  const wanted = new Map(JSON.parse(pairs));
  for (const field of form.elements) {
    if (!field.name || ["hidden", "file", "submit"].includes(field.type) || field.name[0] === "_") continue;
    if (field.type === "checkbox") field.checked = wanted.has(field.name);
    else if (wanted.has(field.name)) field.value = wanted.get(field.name);
  }
}

box.addEventListener("click", ({ target }) => {
  const draft = localStorage[box.dataset.draft];
  if (target.closest("[data-restore]")) {
    fill(JSON.parse(draft).values);
    keep();
    for (const editor of editors) editor.preview();
  } else if (!target.closest("[data-discard]")) return;
  localStorage.removeItem(box.dataset.draft);
  form.querySelector("textarea[data-kind]").focus();
  offer();
});

let pause = 0;
form.addEventListener("input", () => {
  clearTimeout(pause);
  pause = setTimeout(keep, PAUSE);
});
form.addEventListener("submit", () => {
  form.elements.draft.value = name;
  keep();
});
addEventListener("pagehide", keep);
document.addEventListener("visibilitychange", keep);

// The server names the draft that it has just saved.
const done = cookie("saved_draft");
if (done) for (const each of Object.keys(localStorage)) if (each.endsWith(`:${done}`)) localStorage.removeItem(each);
keep();
offer();
viewNext(done);
