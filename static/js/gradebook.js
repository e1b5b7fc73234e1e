/* Arrow keys, Home and End move between the scores of a gradebook. Without this script each score is a link. */
const table = document.querySelector("table.book");
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

function cellAt(row, column) {
  return table.tBodies[0].rows[row]?.cells[column]?.querySelector("a");
}

function next(link, key) {
  const cell = link.closest("td, th");
  const row = cell.parentElement.sectionRowIndex;
  if (key === "Home") return cellAt(row, 0);
  if (key === "End") return [...cell.parentElement.cells].findLast((each) => each.querySelector("a"))?.querySelector("a");
  const [down, right] = STEPS[key];
  let [at, column] = [row + down, cell.cellIndex + right];
  const last = cell.parentElement.cells.length;
  // skip a column without links, such as the totals
  while (right && column > 0 && column < last && !cellAt(at, column)) column += right;
  return cellAt(at, column);
}

/* One stop for Tab: the score that had the focus last. */
function keepOneStop(link) {
  for (const each of table.tBodies[0].querySelectorAll("a[tabindex='0']")) each.tabIndex = -1;
  link.tabIndex = 0;
}

if (table) {
  const links = [...table.tBodies[0].querySelectorAll("a")];
  const chosen = links.find((each) => `#${each.id}` === decodeURIComponent(location.hash));
  for (const each of links) each.tabIndex = -1;
  const first = chosen ?? table.querySelector("td.edit a") ?? links[0];
  if (first) first.tabIndex = 0;
  chosen?.focus();
  table.addEventListener("focusin", (event) => {
    if (event.target.matches("tbody a")) keepOneStop(event.target);
  });
  table.addEventListener("keydown", (event) => {
    const link = event.target.closest("tbody a");
    if (!link || event.ctrlKey || event.altKey || event.metaKey || !(event.key in STEPS || ["Home", "End"].includes(event.key))) return;
    event.preventDefault();
    next(link, event.key)?.focus();
  });
}

const form = document.querySelector("[data-score]");
form?.addEventListener("keydown", (event) => {
  if (event.key === "Escape") form.querySelector("[data-leave]").click();
});
if (form && location.hash === "#score") {
  const points = document.getElementById("points");
  points.focus();
  points.select();
}
