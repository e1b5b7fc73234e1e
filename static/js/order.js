/* Reorder the outline of a course by dragging, with the buttons, or with the arrow keys on them. Each move is saved. */
const fields = (form) => new URLSearchParams(new FormData(form));
const listOf = (row) => row.parentElement;
const kind = (row) => listOf(row).dataset.kind;
let dragged = null;
let orderBefore = "";

function beyond(form, row, step) {
  const lists = [...form.querySelectorAll(`ol[data-kind=${kind(row)}]`)];
  return lists[lists.indexOf(listOf(row)) + step];
}

function move(form, row, step) {
  const other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (other) other[step < 0 ? "before" : "after"](row);
  else beyond(form, row, step)?.[step < 0 ? "append" : "prepend"](row);
}

function place(row) {
  const rows = [...listOf(row).children];
  return `Position ${rows.indexOf(row) + 1} of ${rows.length}. ${listOf(row).ariaLabel ?? ""}`;
}

/* One save at a time: a move during a save is saved after it. */
const saving = new Map();

async function save(form, row) {
  const status = form.querySelector(".moved");
  if (saving.has(form)) return saving.set(form, row);
  for (let moved = row; moved; ) {
    saving.set(form, null);
    status.textContent = "Saving…";
    const said = await send(form);
    status.textContent = said || `Saved. ${place(moved)}`;
    moved = said ? null : saving.get(form);
  }
  saving.delete(form);
}

async function send(form) {
  const options = { method: "POST", body: fields(form), headers: { "X-Requested-With": "fetch" } };
  const answer = await fetch(form.action, options).catch(() => null);
  if (answer?.status === 204) return "";
  if (answer?.status === 409) return `${await answer.text()} Reload the page to see it.`;
  return "Not saved: the portal did not answer. Reload the page and try again.";
}

function setUp(form) {
  const step = (button, by) => {
    const row = button.closest("li[draggable]");
    const before = fields(form).toString();
    move(form, row, by);
    button.focus();
    if (fields(form).toString() !== before) save(form, row);
  };
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-step]");
    if (!button) return;
    event.preventDefault();
    step(button, Number(button.dataset.step));
  });
  form.addEventListener("keydown", (event) => {
    const button = event.target.closest?.("[data-step]");
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!button || !by) return;
    event.preventDefault();
    step(button, by);
  });
  form.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("li[draggable]");
    orderBefore = fields(form).toString();
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", "");
  });
  form.addEventListener("dragover", (event) => over(form, event));
  form.addEventListener("drop", (event) => dragged && event.preventDefault());
  form.addEventListener("dragend", () => {
    dragged?.classList.remove("dragged");
    if (dragged && fields(form).toString() !== orderBefore) save(form, dragged);
    dragged = null;
  });
}

function over(form, event) {
  if (!dragged || !form.contains(dragged)) return;
  event.preventDefault();
  dragged.classList.add("dragged");
  const list = event.target.closest(`ol[data-kind=${kind(dragged)}]`) ?? event.target.closest("li.session")?.querySelector("ol");
  if (list?.dataset.kind !== kind(dragged)) return;
  const after = [...list.children].find((row) => {
    const { top, height } = row.getBoundingClientRect();
    return row !== dragged && event.clientY < top + height / 2;
  });
  list.insertBefore(dragged, after ?? null);
}

document.querySelectorAll("[data-order]").forEach(setUp);
