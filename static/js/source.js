// “Line 12” in an error of a Markdown or YAML field selects that line, and so does `#source-12` in the address.
function select(field, number) {
  const lines = field.value.split("\n");
  const before = lines.slice(0, number - 1);
  const start = before.join("\n").length + (before.length ? 1 : 0);
  field.focus();
  field.setSelectionRange(start, start + (lines[number - 1] || "").length);
  field.scrollTop = (before.length / lines.length) * field.scrollHeight - field.clientHeight / 3;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a.at-line");
  if (!link) return;
  event.preventDefault();
  select(link.closest(".form-row").querySelector("textarea"), link.dataset.line);
});

const asked = location.hash.match(/^#(source|brief)-([0-9]{1,7})$/);
if (asked) select(document.getElementById(`id_${asked[1]}`), Number(asked[2]));
