/* Says who else has this form open, and that we have. The server forgets those who stop saying so. */
const EVERY = 15_000;
const line = document.querySelector("[data-presence]");

const token = () => document.cookie.match(/(?:^|; )(?:__Host-)?csrftoken=([^;]+)/)?.[1] ?? "";

async function ask() {
  try {
    const answer = await fetch(line.dataset.presence, {
      method: "POST",
      headers: { "X-CSRFToken": token() },
      redirect: "manual",
    });
    if (!answer.ok) return; // signed out: the preview says so
    const said = await answer.text();
    if (line.textContent !== said) line.textContent = said;
    line.hidden = !said;
  } catch {
    // offline: the next time
  }
}

if (line) setInterval(ask, EVERY);
