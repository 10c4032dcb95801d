// Sends the chosen files one by one and shows how far it has come. Without this script the
// same form sends them all at once; a lost connection then loses all of them, not one.
"use strict";

for (const form of document.querySelectorAll("form[data-upload]")) {
  const LARGEST_BYTES = 10 * 1024 * 1024;
  const input = form.querySelector("input[type=file]");
  const state = form.querySelector("[data-upload-state]");
  const bar = form.querySelector("[data-upload-bar]");
  const button = form.querySelector("button[type=submit]");

  const send = (file, done, all) =>
    new Promise((resolve) => {
      const body = new FormData(form);
      body.delete(input.name);
      body.append(input.name, file);
      const request = new XMLHttpRequest();
      request.open("POST", form.action);
      request.setRequestHeader("Accept", "application/json");
      request.responseType = "json";
      request.upload.addEventListener("progress", (event) => {
        const part = event.lengthComputable ? event.loaded / event.total : 0;
        bar.value = (100 * (done + part)) / all;
      });
      request.addEventListener("load", () => resolve({ status: request.status, answer: request.response }));
      request.addEventListener("error", () => resolve({ status: 0 }));
      request.addEventListener("abort", () => resolve({ status: 0 }));
      request.send(body);
    });

  const stop = (words) => {
    state.textContent = words;
    bar.hidden = true;
    button.disabled = false;
  };

  form.addEventListener("submit", async (event) => {
    const files = [...input.files];
    if (!files.length) return; // The page says what is missing.
    event.preventDefault();
    const large = files.find((file) => file.size > LARGEST_BYTES);
    if (large) return stop(`${large.name} ${form.dataset.large}`);
    button.disabled = true;
    bar.hidden = false;
    let next = "";
    for (const [done, file] of files.entries()) {
      state.textContent = `${done + 1} / ${files.length}: ${file.name}`;
      const { status, answer } = await send(file, done, files.length);
      if (status !== 200 && status !== 422) {
        // What has arrived is not sent again.
        const rest = new DataTransfer();
        files.slice(done).forEach((one) => rest.items.add(one));
        input.files = rest.files;
        return stop(status === 0 ? form.dataset.lost : form.dataset.refused);
      }
      next = answer?.next ?? next;
    }
    const address = new URL(next || location.href, location.href);
    if (address.pathname === location.pathname) {
      history.replaceState(null, "", address);
      location.reload();
    } else {
      location.assign(address);
    }
  });
}
