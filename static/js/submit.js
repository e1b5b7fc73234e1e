/* The address box of a lab: focus on what is new. */
const live = document.getElementById("live");
const focusOnNews = () => document.querySelector("#page--submit .error-summary, #page--submit [data-focus]")?.focus();

// The fragment of the address takes the focus away once the page has loaded.
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
