// Tell the portal that the link to join was followed. The link works without it.
const token = document.querySelector("input[name=csrfmiddlewaretoken]");

function note(event) {
  const link = event.target.closest("a[data-joined]");
  if (!link || !token) return;
  const body = new URLSearchParams({ csrfmiddlewaretoken: token.value });
  fetch(link.dataset.joined, { method: "POST", body, keepalive: true }).catch(() => {});
}

document.addEventListener("click", note);
document.addEventListener("auxclick", note);
