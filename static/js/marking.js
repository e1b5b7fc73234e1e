/* Ctrl and Enter in the comment save, as Enter in the points does. */
const form = document.querySelector("form.marking");
form.elements.comment.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  form.requestSubmit();
});
