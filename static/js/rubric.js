/* Number keys choose the first ten items of a rubric, unless shortcuts are off. Inside a field they are ordinary text. */
const form = document.querySelector("form.rubric");

function choose(field) {
  if (field.type === "radio") field.checked = true;
  else field.value = field.value === field.dataset.full ? "" : field.dataset.full;
  field.focus();
}

function isTyping(target) {
  return target.matches("textarea, select, input:not([type=radio], [type=checkbox])");
}

document.addEventListener("keydown", (event) => {
  if (document.documentElement.dataset.shortcuts === "off") return;
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const field = /^\d$/.test(event.key) && form.querySelector(`[data-key="${event.key}"]`);
  if (!field) return;
  event.preventDefault();
  choose(field);
  if (field.type !== "radio") field.blur(); // so that the next number is a key again
});
