// Counts words while somebody types. It never cuts: text above the limit is kept and told about.
"use strict";

for (const line of document.querySelectorAll("[data-words-of]")) {
  const field = document.getElementById(line.dataset.wordsOf);
  if (!field) continue;
  const limit = Number(field.dataset.words);
  const pattern = line.firstChild.textContent;
  field.addEventListener("input", () => {
    const words = field.value.split(/\s+/u).filter(Boolean).length;
    const surplus = words - limit;
    line.textContent = pattern.replace(/\d+/u, String(words));
    if (surplus > 0) {
      const warning = document.createElement("strong");
      warning.className = "problem-text";
      warning.textContent = ` ${surplus} ${surplus === 1 ? line.dataset.one : line.dataset.many}`;
      line.append(warning);
    }
  });
}
