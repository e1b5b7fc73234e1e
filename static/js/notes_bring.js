/* Send a long paste as a file, because a field may have 1 MB; refuse a file that is too large before it is sent. */
const form = document.getElementById("page--bring");
const FIELD = 900_000;
const FILE = 50_000_000;
const way = (value) => form.querySelector(`[name=way][value=${value}]`);

form.addEventListener("submit", (event) => {
  const { file, text, name } = form.elements;
  const pasted = new Blob([text.value]);
  if (way("paste").checked && pasted.size > FIELD && name.value.trim()) {
    const files = new DataTransfer();
    const ending = /\.(txt|text|md|markdown|html?)$/i.test(name.value) ? "" : ".txt";
    files.items.add(new File([pasted], name.value.trim().replaceAll("/", "-") + ending));
    file.files = files.files;
    way("file").checked = true;
    text.disabled = true;
  }
  if (way("file").checked && file.files[0]?.size > FILE) {
    event.preventDefault();
    file.setCustomValidity("The file is over 50 MB. Split it.");
    file.reportValidity();
    file.addEventListener("change", () => file.setCustomValidity(""), { once: true });
  }
});
