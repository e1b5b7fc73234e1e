/* On every page: the account menu, the theme without a reload, Copy buttons on code, / to search. */
const live = document.getElementById("live");

function addCopy(figure) {
  const strip = figure.querySelector("figcaption");
  if (!strip || strip.querySelector(".copy")) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy btn sm";
  button.textContent = "Copy";
  button.setAttribute("aria-label", `Copy: ${strip.textContent.trim()}`);
  strip.append(button);
}

async function copy(button) {
  const code = button.closest("figure").querySelector("pre").textContent.replace(/\n$/, "");
  const done = await navigator.clipboard.writeText(code).then(
    () => "Copied",
    () => "Not copied",
  );
  button.textContent = done;
  live.textContent = `${done}.`;
  setTimeout(() => (button.textContent = "Copy"), 2000);
}

function addAll(root) {
  root.querySelectorAll("figure.code:not([data-shown])").forEach(addCopy);
}

if (navigator.clipboard) {
  addAll(document);
  document.addEventListener("htmx:load", (event) => addAll(event.detail.elt));
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.(".copy");
    if (button) copy(button);
  });
}

const theme = document.querySelector("form.theme");
theme?.addEventListener("submit", (event) => {
  event.preventDefault();
  const value = event.submitter.value;
  document.documentElement.dataset.theme = value;
  for (const button of theme.querySelectorAll("button")) button.ariaPressed = String(button.value === value);
  const body = new URLSearchParams(new FormData(theme, event.submitter));
  fetch(theme.action, { method: "POST", body, redirect: "manual", keepalive: true });
});

const menu = document.querySelector("details.menu");
const closeFor = (target) => {
  if (target && !menu.contains(target)) menu.open = false;
};
menu?.addEventListener("focusout", (event) => closeFor(event.relatedTarget));
menu?.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !menu.open) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
if (menu) document.addEventListener("click", (event) => closeFor(event.target));

// Single-key shortcuts: the account says whether they are on, for visitors this browser. Other scripts read it here too.
const root = document.documentElement;
root.dataset.shortcuts ??= localStorage.shortcuts ?? "on";
const areOn = () => root.dataset.shortcuts !== "off";

function saveShortcuts(address, state) {
  if (!address) return void (localStorage.shortcuts = state);
  const token = document.querySelector("input[name=csrfmiddlewaretoken]").value;
  const body = new URLSearchParams({ shortcuts: state, csrfmiddlewaretoken: token });
  const fail = () => (live.textContent = "Not saved. Change it in your settings.");
  fetch(address, { method: "POST", body, keepalive: true }).then((response) => response.ok || fail(), fail);
}

function showShortcuts() {
  const hint = document.querySelector(".find kbd");
  if (hint) hint.hidden = !areOn();
  for (const box of document.querySelectorAll("input[data-shortcuts]")) {
    box.checked = areOn();
    box.closest("label").hidden = false;
  }
}

showShortcuts();
document.addEventListener("change", ({ target }) => {
  if (!target.matches?.("input[data-shortcuts]")) return;
  root.dataset.shortcuts = target.checked ? "on" : "off";
  saveShortcuts(target.dataset.shortcuts, root.dataset.shortcuts);
  showShortcuts();
  document.dispatchEvent(new Event("shortcuts"));
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || !areOn()) return;
  if (event.target.closest("select, textarea, input:not([type=radio], [type=checkbox])")) return;
  event.preventDefault();
  const field = [...document.querySelectorAll("[role=search] input")].find((each) => each.offsetParent);
  if (field) field.select();
  else document.querySelector(".head .ico").click();
});
