/* Insert and Copy buttons for the examples in the help. An example goes between two blocks of the text. */

function place(lines, cursor, { before, section, tight }) {
  if (!before) return { first: 0, at: 0 };
  const first = section ? lines.findIndex((line) => line.startsWith(`${section}:`)) + 1 : 0;
  let end = lines.length;
  if (first) end = lines.findIndex((line, at) => at >= first && /^\S/.test(line));
  if (end < 0) end = lines.length;
  const found = [...lines.keys()].filter((at) => at >= first && at < end && RegExp(before).test(lines[at]));
  const isInside = cursor + 1 >= first && cursor < end;
  let at = (isInside && found.find((line) => line > cursor)) || (tight !== undefined && found.at(-1)) || end;
  while (at > first && !lines[at - 1].trim()) at -= 1;
  return { first, at };
}

function indented(example, lines, { first, at }, like) {
  const found = like ? lines.slice(first, at).findLast((line) => RegExp(like).test(line)) : "";
  const indent = found?.match(/^ */)[0] ?? "";
  return example.trimEnd().replace(/^(?=.)/gm, indent);
}

// A key or id that the text has already gets a number.
function withOwnKeys(code, text) {
  return code.replace(/(\{#|- id: )([a-z0-9-]+)/g, (all, open, key) => {
    const has = (name) => text.split(open).some((rest) => rest.match(/^[a-z0-9-]*/)[0] === name);
    let name = key;
    for (let number = 2; has(name); number += 1) name = `${key}-${number}`;
    return open + name;
  });
}

/** Return the position of an example in a text, and the text to type there. */
export function insertion(text, cursor, example, rules) {
  const lines = text.split("\n");
  const found = place(lines, text.slice(0, cursor).split("\n").length - 1, rules);
  const code = withOwnKeys(indented(example, lines, found, rules.indentLike), text);
  const gap = rules.tight === undefined ? "\n\n" : "\n";
  const before = lines.slice(0, found.at).join("\n");
  if (!before) return { at: 0, typed: code + (text ? gap : "\n") };
  return { at: before.length, typed: gap + code + (found.at === lines.length ? "\n" : "") };
}

function insert(button, root) {
  const field = root.querySelector("textarea");
  const example = button.closest("details").querySelector("pre").textContent;
  const { at, typed } = insertion(field.value, field.selectionStart, example, button.closest("section").dataset);
  field.focus();
  field.setSelectionRange(at, at);
  document.execCommand("insertText", false, typed); // the only way that Undo can revert
  field.setSelectionRange(at + typed.length - typed.trimStart().length, at + typed.length);
  field.scrollTop = (at / field.value.length) * field.scrollHeight - field.clientHeight / 3;
  return "Inserted and selected.";
}

function copy(button) {
  const example = button.closest("details").querySelector("pre").textContent;
  return navigator.clipboard.writeText(example).then(() => "Copied.", () => "Not copied. Select the text instead.");
}

for (const root of document.querySelectorAll("[data-editor]")) {
  const says = root.querySelector(".editor-says");
  for (const choices of root.querySelectorAll(".help-pages .choices")) choices.hidden = false;
  if (!navigator.clipboard) for (const button of root.querySelectorAll("[data-copy]")) button.remove();
  root.addEventListener("click", async ({ target }) => {
    if ("insert" in target.dataset) says.textContent = insert(target, root);
    if ("copy" in target.dataset) says.textContent = await copy(target);
  });
}
