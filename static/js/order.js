/* Reorder by dragging or with the arrow buttons. */
const form = document.getElementById("order");
const moved = document.getElementById("moved");
let dragged = null;

const listOf = (row) => row.parentElement;
const kind = (row) => listOf(row).dataset.kind;

function beyond(row, step) {
  const lists = [...form.querySelectorAll(`ol[data-kind=${kind(row)}]`)];
  return lists[lists.indexOf(listOf(row)) + step];
}

function move(row, step) {
  const other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (other) other[step < 0 ? "before" : "after"](row);
  else beyond(row, step)?.[step < 0 ? "append" : "prepend"](row);
  const place = [...listOf(row).children].indexOf(row) + 1;
  moved.textContent = `Position ${place} of ${listOf(row).children.length}. ${listOf(row).ariaLabel ?? ""}`;
}

form.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-move]");
  if (!button) return;
  move(button.closest("li"), Number(button.dataset.move));
  button.focus();
});

form.addEventListener("dragstart", (event) => {
  dragged = event.target.closest("li");
  event.dataTransfer.effectAllowed = "move";
});
form.addEventListener("dragover", (event) => {
  if (!dragged) return;
  event.preventDefault();
  const list = event.target.closest(`ol[data-kind=${kind(dragged)}]`) ?? event.target.closest("li")?.querySelector("ol");
  if (list?.dataset.kind !== kind(dragged)) return;
  const after = [...list.children].find((row) => {
    const { top, height } = row.getBoundingClientRect();
    return row !== dragged && event.clientY < top + height / 2;
  });
  list.insertBefore(dragged, after ?? null);
});
form.addEventListener("drop", (event) => event.preventDefault());
form.addEventListener("dragend", () => (dragged = null));
