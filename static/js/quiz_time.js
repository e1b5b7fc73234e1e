/* Warn five minutes and one minute before an attempt ends, and say so when it has. The server decides: without
   this script, the next page or answer says the same. */
const box = document.getElementById("finish");
const left = document.getElementById("left");
const live = document.getElementById("live");
const { grace, after } = box.dataset;
// From the seconds that were left, because the clock of this machine may be wrong.
const ends = Date.now() + Number(box.dataset.seconds) * 1_000;
const SAVE_BEFORE = 3;
const WARNINGS = [
  [300, "5 minutes left."],
  [60, "1 minute left."],
  [0, "Time is up. Your answers are submitted as they stand."],
];
// The page itself says what is left when it comes.
let warned = WARNINGS.findLast(([at]) => Number(box.dataset.seconds) <= at)?.[0] ?? Infinity;
let timer = 0;

function warn(seconds, words) {
  warned = seconds;
  box.classList.add("band", "warn");
  left.textContent = words;
  live.textContent = words;
}

function offerResult() {
  const link = document.createElement("a");
  link.href = after;
  link.textContent = "See the result";
  box.lastElementChild.replaceChildren(link, ".");
}

function check() {
  clearTimeout(timer);
  const seconds = (ends - Date.now()) / 1_000;
  if (seconds <= SAVE_BEFORE) document.getElementById("question")?.dispatchEvent(new Event("change"));
  const due = WARNINGS.findLast(([at]) => seconds <= at);
  if (due && due[0] < warned) warn(...due);
  if (seconds <= -grace) {
    offerResult();
    return;
  }
  const times = [...WARNINGS.map(([at]) => at), SAVE_BEFORE, -grace].filter((at) => at < seconds);
  timer = setTimeout(check, Math.min((seconds - Math.max(...times)) * 1_000 + 50, 60_000));
}

check();
document.addEventListener("visibilitychange", check); // timers sleep with the machine
