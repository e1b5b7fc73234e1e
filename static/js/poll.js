/* Polls #run, or #page--run beside a text whose headings have ids of their own. A filter on the trigger would need allowEval, which is off. */
const MINUTE = 60_000;
let noticed = Date.now(); // when the page was opened, came into view or was used
const live = document.getElementById("live");
const byId = (name) => document.getElementById(name) ?? document.getElementById(`page--${name}`);
const lost = byId("lost");
let asked = 0;
let answered = new Date();

const run = () => byId("run");
const isPoll = (event) => ["run", "page--run"].includes(event.detail.elt?.id);

document.addEventListener("htmx:beforeRequest", (event) => {
  if (!isPoll(event)) return;
  // A live quiz keeps its pace.
  const slow = Date.now() - noticed > MINUTE && !("steady" in run().dataset);
  const pause = slow ? 4500 : 0;
  if (document.hidden || Date.now() - asked < pause) {
    event.preventDefault();
    return;
  }
  asked = Date.now();
  run().setAttribute("aria-busy", "true");
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (!isPoll(event)) return;
  run()?.removeAttribute("aria-busy");
  if (event.detail.successful) {
    answered = new Date();
    lost.hidden = true;
  } else if (lost.hidden) {
    const time = answered.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
    lost.textContent = `Last update ${time}. Trying again.`;
    lost.hidden = false;
    live.textContent = lost.textContent;
  }
});

// The answer to a live question. The server's own words are swapped in.
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.elt?.id !== "question") return;
  const saved = document.getElementById("saved");
  saved.className = detail.successful ? "quiet" : "error";
  if (detail.successful || detail.xhr.status === 422) return;
  saved.textContent = "Not saved. Press “Save answer” to try again.";
  live.textContent = saved.textContent;
});

const wake = () => {
  noticed = Date.now();
  if (!document.hidden && run()?.hasAttribute("hx-get")) htmx.trigger(run(), "wake");
};
document.addEventListener("visibilitychange", wake);
window.addEventListener("focus", wake);
