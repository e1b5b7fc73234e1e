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
  const body = new URLSearchParams({ theme: value });
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

// Single keys can be switched off on the search page and in a quiz.
const keys = document.getElementById("page--keys");
if (keys) {
  keys.checked = localStorage.letters !== "off";
  keys.closest("label").hidden = false;
  keys.addEventListener("change", () => (localStorage.letters = keys.checked ? "on" : "off"));
}

const hint = document.querySelector(".find kbd");
if (hint) hint.hidden = localStorage.letters === "off";

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || localStorage.letters === "off") return;
  if (event.target.closest("select, textarea, input:not([type=radio], [type=checkbox])")) return;
  event.preventDefault();
  const field = [...document.querySelectorAll("[role=search] input")].find((each) => each.offsetParent);
  if (field) field.select();
  else document.querySelector(".head .ico").click();
});
