// One box that picks every case on the page; without this script each row has its own.
"use strict";

const whole = document.querySelector("[data-pick-page]");
if (whole) {
  const box = whole.querySelector("input");
  const rows = [...document.querySelectorAll("input[name=pick]")];
  whole.hidden = false;
  box.addEventListener("change", () => {
    for (const row of rows) row.checked = box.checked;
  });
  for (const row of rows) {
    row.addEventListener("change", () => {
      box.checked = rows.every((one) => one.checked);
    });
  }
}
