// Saves each answer while somebody types, and says beside the field how it stands.
// Nothing typed is given up: it stays in the field and in kept_text.js until the portal has it.
"use strict";

(() => {
  const form = document.querySelector("form[data-autosave]");
  if (!form) return;
  const words = document.getElementById("save-words").dataset;
  const page = document.getElementById("save-state");
  const writer = form.elements.writer.value;
  // After a conflict, an error or an expired session only the person's own button saves.
  const saving = form.dataset.autosave === "on";
  const PAUSE_MS = 1500;
  const PATIENCE_MS = 15000;
  const SMALL_ENOUGH_TO_OUTLIVE_THE_PAGE = 20000;
  const RANK = ["conflict", "refused", "handed_in", "too_late", "denied", "other_person", "signed_out", "offline", "saving", "saved"];

  const cookie = () => document.cookie.match(/(?:^|; )csrftoken=([^;]*)/)?.[1] ?? "";

  class Answer {
    constructor(box) {
      this.box = box;
      this.address = box.dataset.save;
      this.name = box.dataset.name;
      this.token = box.querySelector("input[name^=seen-]");
      this.line = box.querySelector("[data-save-state]");
      this.saved = this.text;
      this.unanswered = null; // sent, but the connection was lost before the answer came
      this.tries = 0;
      this.state = "";
      box.addEventListener("input", () => this.typed());
      box.addEventListener("focusout", () => this.send());
      if (saving) this.offerKept();
    }

    get text() {
      return form.elements[this.name].value ?? "";
    }

    set text(text) {
      const field = form.elements[this.name];
      field.value = text;
      if (field.dispatchEvent) field.dispatchEvent(new Event("input", { bubbles: true }));
    }

    get waiting() {
      return this.unanswered !== null || this.text !== this.saved;
    }

    typed() {
      if (this.state === "refused") this.state = "";
      this.keep();
      this.later(PAUSE_MS);
    }

    keep() {
      keptText.write(writer, this.address, { text: this.text, seen: this.token.value, sent: this.unanswered });
    }

    later(milliseconds) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.send(), milliseconds);
    }

    async send() {
      if (!saving || this.busy || !this.waiting || ["conflict", "refused", "handed_in", "too_late", "denied"].includes(this.state)) return;
      clearTimeout(this.timer);
      // A lost answer may mean that the text arrived: the very same text is sent again first.
      const text = this.unanswered ?? this.text;
      this.busy = true;
      await this.post(text);
      this.busy = false;
    }

    async post(text) {
      if (this.state !== "offline" && this.state !== "signed_out") this.show("saving");
      const fields = { [this.name]: text, [this.token.name]: this.token.value, writer };
      let answer, told;
      this.unanswered = text;
      try {
        answer = await fetch(this.address, {
          method: "POST",
          headers: { Accept: "application/json", "X-CSRFToken": cookie() },
          body: new URLSearchParams(fields),
          keepalive: text.length < SMALL_ENOUGH_TO_OUTLIVE_THE_PAGE,
          signal: AbortSignal.timeout(PATIENCE_MS),
        });
        told = answer.status < 500 ? await answer.json() : null;
      } catch {
        told = answer && answer.status < 500 ? { state: "denied" } : null;
      }
      if (!told) return this.tryAgain("offline");
      this.unanswered = null;
      if (told.state === "saved") return this.isSaved(text, told);
      if (told.state === "signed_out" || told.state === "stale_form" || told.state === "other_person") {
        return this.tryAgain(told.state === "stale_form" ? "signed_out" : told.state);
      }
      this.keep();
      if (told.state === "conflict") this.showOther(told);
      this.show(words[told.state] ? told.state : "denied", told.why);
    }

    isSaved(text, told) {
      this.tries = 0;
      this.saved = text;
      this.token.value = told.seen;
      if (this.text === text) {
        keptText.drop(writer, this.address);
        this.show("saved", told.clock);
      } else {
        this.keep();
        this.later(PAUSE_MS);
      }
    }

    tryAgain(state) {
      this.keep();
      this.show(state);
      this.later(Math.min(60, 2 ** ++this.tries) * 1000);
    }

    show(state, more = "") {
      this.state = state;
      this.line.textContent = `${words[state]} ${more}`.trim();
      this.line.dataset.saveState = state;
      if (state === "signed_out" || state === "other_person") this.line.append(" ", signInLink());
      if (state === "conflict") this.line.append(" ", compareButton());
      showPage();
    }

    showOther(told) {
      const other = document.createElement("div");
      other.className = "other-text";
      const who = document.createElement("p");
      who.textContent = told.who;
      const text = document.createElement("p");
      text.className = "answer";
      text.textContent = told.text;
      other.append(who, text);
      this.box.append(other);
    }

    offerKept() {
      const kept = keptText.read(writer, this.address);
      if (!kept) return;
      if (sameText(kept.text, this.text)) return keptText.drop(writer, this.address);
      const offer = document.getElementById("kept-offer").content.firstElementChild.cloneNode(true);
      offer.querySelector(".answer").textContent = kept.text;
      offer.querySelector("[data-restore]").addEventListener("click", () => {
        // Based on what was seen then: if another has saved since, both texts will be shown.
        if (!(kept.sent && sameText(kept.sent, this.text))) this.token.value = kept.seen;
        this.text = kept.text;
        offer.remove();
        this.keep();
        this.send();
        form.elements[this.name].focus?.();
      });
      offer.querySelector("[data-discard]").addEventListener("click", () => {
        keptText.drop(writer, this.address);
        offer.remove();
      });
      this.box.prepend(offer);
    }
  }

  function signInLink() {
    const link = document.createElement("a");
    link.href = words.signIn;
    link.target = "_blank";
    link.textContent = words.signInText;
    return link;
  }

  function compareButton() {
    const button = document.createElement("button");
    button.type = "submit";
    button.name = "then";
    button.value = "stay";
    button.className = "btn btn-outline-primary btn-sm";
    button.textContent = words.compare;
    return button;
  }

  function showPage() {
    const worst = RANK.find((state) => answers.some((answer) => answer.state === state));
    const teller = answers.find((answer) => answer.state === worst);
    const text = teller ? teller.line.firstChild?.textContent ?? "" : "";
    if (page.textContent !== text) page.textContent = text;
    page.dataset.saveState = worst ?? "";
  }

  const answers = [];
  for (const box of form.querySelectorAll("[data-save]")) answers.push(new Answer(box));
  const sendAll = () => answers.map((answer) => answer.send());

  for (const event of ["online", "focus", "pagehide"]) window.addEventListener(event, sendAll);
  document.addEventListener("visibilitychange", sendAll);

  // The button saves the whole page. What is on its way may arrive before it: the page says
  // what that was, so that a person never stands against themselves.
  form.addEventListener("submit", () => {
    for (const answer of answers.filter((one) => one.unanswered !== null)) {
      const sent = document.createElement("input");
      sent.type = "hidden";
      sent.name = answer.token.name.replace("seen-", "sent-");
      sent.value = answer.unanswered;
      form.append(sent);
    }
  });
})();
