/* The repository field of a lab: focus the part that changed. */
const live = document.getElementById("live");
const focusOnNews = () => document.querySelector("#page--submit .error-summary, #page--submit [data-focus]")?.focus();

// The URL's fragment takes the focus when the page has loaded.
addEventListener("load", () => setTimeout(focusOnNews));

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  detail.target.setAttribute("aria-busy", "true");
  const button = document.activeElement?.closest("button") ?? detail.elt.querySelector("button");
  if (button) button.textContent = "Looking up…";
  live.textContent = "Looking for the repository.";
});

document.addEventListener("htmx:afterSettle", () => {
  live.textContent = "";
  focusOnNews();
});

for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, ({ detail }) => detail.elt.submit());
}
