// “Line 12” in an error of a Markdown or YAML field selects that line.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a.at-line");
  if (!link) return;
  event.preventDefault();
  const field = link.closest(".form-row").querySelector("textarea");
  const lines = field.value.split("\n");
  const before = lines.slice(0, link.dataset.line - 1);
  const start = before.join("\n").length + (before.length ? 1 : 0);
  field.focus();
  field.setSelectionRange(start, start + (lines[link.dataset.line - 1] || "").length);
  field.scrollTop = (before.length / lines.length) * field.scrollHeight - field.clientHeight / 3;
});
