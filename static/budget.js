// The budget by keyboard: down a column with Enter or the arrows, Ctrl+Enter saves, and cells
// copied in a spreadsheet are pasted from the cell one stands in. Nothing is saved by pasting.
"use strict";

const ROW_CELLS = "td:not(.cell-remove) :is(input:not([type=hidden]), select)";
const MOST_ROWS = 60;
const MOST_SEK = 99999999;

for (const hint of document.querySelectorAll(".js-only")) hint.hidden = false;

for (const table of document.querySelectorAll(".budget-table")) {
  const form = table.closest("form");
  const said = table.parentElement.querySelector(".paste-said");

  const cellsOf = (row) => [...row.querySelectorAll(ROW_CELLS)];
  const rows = () => [...table.tBodies[0].rows];

  function move(field, step) {
    const row = field.closest("tr");
    const column = cellsOf(row).indexOf(field);
    const next = rows()[rows().indexOf(row) + step];
    if (next) {
      const target = cellsOf(next)[column];
      target.focus();
      if (target.select) target.select();
    } else if (step > 0) {
      table.parentElement.querySelector("button[name=then]").focus();
    }
  }

  table.addEventListener("keydown", (event) => {
    const field = event.target;
    if (event.altKey || event.shiftKey || !field.matches(ROW_CELLS)) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("button[name=then][value=stay]"));
    } else if (event.ctrlKey || event.metaKey) {
      return;
    } else if (event.key === "Enter" || (event.key === "ArrowDown" && field.tagName === "INPUT")) {
      event.preventDefault();
      move(field, 1);
    } else if (event.key === "ArrowUp" && field.tagName === "INPUT") {
      event.preventDefault();
      move(field, -1);
    }
  });

  // A blank row more, made of the last one: its fields get the next number.
  function addRow() {
    const last = rows().at(-1);
    const total = form.querySelector(`input[name="${table.dataset.prefix}-TOTAL_FORMS"]`);
    const number = Number(total.value);
    if (number >= MOST_ROWS) return null;
    const row = last.cloneNode(true);
    row.removeAttribute("id");
    for (const error of row.querySelectorAll(".field-error")) error.remove();
    for (const part of row.querySelectorAll("[name], [id], [for]")) {
      for (const attribute of ["name", "id", "for", "aria-describedby"]) {
        const old = part.getAttribute(attribute);
        if (old) {
          const begin = `${table.dataset.prefix}-${number - 1}-`;
          part.setAttribute(attribute, old.replace(begin, `${table.dataset.prefix}-${number}-`));
        }
      }
      part.removeAttribute("aria-invalid");
      if (part.tagName === "INPUT") part.value = "";
    }
    total.value = String(number + 1);
    last.after(row);
    return row;
  }

  // Writes one cell; a list takes only what stands in it.
  function write(field, text) {
    if (field.tagName !== "SELECT") {
      field.value = text;
      return true;
    }
    const wanted = text.toLocaleLowerCase();
    const found = [...field.options].find((one) => one.text.toLocaleLowerCase() === wanted);
    if (found) field.value = found.value;
    return Boolean(found) || text === "";
  }

  table.addEventListener("paste", (event) => {
    const field = event.target;
    const text = event.clipboardData.getData("text/plain").replace(/\r\n?/gu, "\n");
    const block = text.replace(/\n+$/u, "");
    if (!field.matches(ROW_CELLS) || !/[\t\n]/u.test(block)) return;
    event.preventDefault();
    const column = cellsOf(field.closest("tr")).indexOf(field);
    let row = field.closest("tr");
    let done = 0;
    let odd = 0;
    const lines = block.split("\n");
    for (const line of lines) {
      if (!row) break;
      const cells = cellsOf(row);
      line.split("\t").forEach((value, place) => {
        const cell = cells[column + place];
        if (!cell || !write(cell, value.trim())) odd += value.trim() ? 1 : 0;
      });
      showSalary(row);
      done += 1;
      row = done < lines.length ? row.nextElementSibling || addRow() : null;
    }
    said.textContent = table.dataset.pasted
      .replace("{rows}", done)
      .replace("{all}", lines.length)
      .replace("{odd}", odd);
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });

  // Half a krona is rounded up, as the server does; counted in whole hundredths of a day.
  function showSalary(row) {
    const part = (name) => row.querySelector(`.cell-${name} input`);
    const plain = (name) => part(name).value.replace(/[\s\u00a0\u202f]|kr$/gu, "");
    const days = /^(\d{1,4})(?:[,.](\d{1,2}))?$/u.exec(plain("days"));
    const cost = /^\d{1,8}$/u.exec(plain("day_cost_sek"));
    if (!days || !cost) return;
    const hundredths = Number(days[1]) * 100 + Number((days[2] || "0").padEnd(2, "0"));
    const amount = Math.floor((hundredths * Number(cost[0]) + 50) / 100);
    if (amount > MOST_SEK) return;
    part("amount_sek").value = String(amount).replace(/\B(?=(\d{3})+$)/gu, "\u00a0");
  }

  table.addEventListener("input", (event) => {
    if (event.target.closest(".cell-days, .cell-day_cost_sek")) showSalary(event.target.closest("tr"));
  });
}
