/* Focus the error summary, add Show to passwords, use the time zone. */
document.querySelector(".error-summary")?.focus();

for (const group of document.querySelectorAll("[data-password]")) {
  const input = group.querySelector("input");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn";
  button.textContent = "Show";
  button.setAttribute("aria-label", "Show password");
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", () => {
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
  });
  group.append(button);
}

// Chromium still calls some zones by the names they had before they were renamed.
const RENAMED = {
  "Asia/Calcutta": "Asia/Kolkata",
  "Asia/Katmandu": "Asia/Kathmandu",
  "Asia/Rangoon": "Asia/Yangon",
  "Asia/Saigon": "Asia/Ho_Chi_Minh",
};
const guess = Intl.DateTimeFormat().resolvedOptions().timeZone;
const ownZone = RENAMED[guess] ?? guess;
const zone = document.querySelector("input[name=time_zone]");
if (zone && !zone.value) zone.value = ownZone;

for (const own of document.querySelectorAll("[data-starts]")) {
  const { starts, ends, zone } = own.dataset;
  const format = (timeZone) => new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "short", timeZone });
  const times = (timeZone) => format(timeZone).formatRange(new Date(starts), new Date(ends));
  if (times() !== times(zone)) own.textContent = `${times()} your time (${ownZone})`;
}
