// Counts words while somebody types. It never cuts: text above the limit is kept and told about.
// Each 60 characters begun without a space are a word, as the server counts.
"use strict";

const wordMaxCharacters = 60;

function countWords(text) {
  const pieces = text.split(/\s+/u).filter(Boolean);
  return pieces.reduce((sum, piece) => sum + Math.ceil([...piece].length / wordMaxCharacters), 0);
}

for (const line of document.querySelectorAll("[data-words-of]")) {
  const field = document.getElementById(line.dataset.wordsOf);
  if (!field) continue;
  const limit = Number(field.dataset.words);
  const pattern = line.firstChild.textContent;
  field.addEventListener("input", () => {
    const words = countWords(field.value);
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
