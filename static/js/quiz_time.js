/* Warn five minutes and one minute before an attempt ends, and say so when it has. The server decides, and is asked
   now and then, because staff may give more time. Without this script, the next page or answer says the same. */
const box = document.getElementById("finish");
let left = document.getElementById("left");
const live = document.getElementById("live");
const { grace, after, ask } = box.dataset;
// From the seconds that were left, because the clock of this machine may be wrong.
const endOf = (found) => Date.now() + Number(found.dataset.seconds) * 1_000;
let ends = endOf(box);
let asked = Date.now();
const ASK_AFTER = 30_000;
const SAME = 5_000;
const SAVE_BEFORE = 3;
const WARNINGS = [
  [300, "5 minutes left."],
  [60, "1 minute left."],
  [0, "Time is up. Your answers are submitted as they are."],
];
// The page itself says what is left when it comes.
const warnedAt = (found) => WARNINGS.findLast(([at]) => Number(found.dataset.seconds) <= at)?.[0] ?? Infinity;
let warned = warnedAt(box);
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

async function askForEnd() {
  asked = Date.now();
  const response = await fetch(ask, { signal: AbortSignal.timeout(10_000) }).catch(() => null);
  if (response?.status !== 200) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const found = page.getElementById("finish");
  if (!found || Math.abs(endOf(found) - ends) < SAME) return;
  ends = endOf(found);
  warned = warnedAt(found);
  box.className = found.className;
  box.replaceChildren(...found.childNodes);
  left = document.getElementById("left");
  live.textContent = box.textContent.trim();
  check();
}

function check() {
  clearTimeout(timer);
  if (Date.now() - asked >= ASK_AFTER) askForEnd();
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
