// Tells the portal twice a minute that this page is open and in sight, and shows who else is here.
// Nobody leaves by a message: whoever says nothing for a minute is gone.
"use strict";

(() => {
  const line = document.querySelector("[data-here]");
  if (!line) return;
  const EVERY_MS = 30000;
  const PATIENCE_MS = 10000;
  const token = document.querySelector("input[name=csrfmiddlewaretoken]");
  let asking = false;

  async function tell() {
    if (asking || document.hidden) return;
    asking = true;
    let present = "";
    try {
      const answer = await fetch(line.dataset.here, {
        method: "POST",
        headers: { Accept: "application/json", "X-CSRFToken": token.value },
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      if (answer.ok) present = (await answer.json()).present;
    } catch {
      // Without connection nobody knows who is here; the page says so about the text itself.
    }
    asking = false;
    if (line.textContent !== present) line.textContent = present;
  }

  setInterval(tell, EVERY_MS);
  window.addEventListener("focus", tell);
  document.addEventListener("visibilitychange", tell);
})();
