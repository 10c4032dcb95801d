// Keeps what was typed in this browser until the portal has it: per person, case and question.
// One person's text is never shown to another who signs in at the same browser.
"use strict";

const keptText = {
  name: (writer, address) => `kept ${writer} ${address}`,

  read(writer, address) {
    try {
      return JSON.parse(localStorage.getItem(this.name(writer, address)));
    } catch {
      return null;
    }
  },

  // entry: text, seen (the mark of what it was based on), sent (a text whose answer never came), at
  write(writer, address, entry) {
    try {
      localStorage.setItem(this.name(writer, address), JSON.stringify({ ...entry, at: Date.now() }));
      return true;
    } catch {
      return false; // The browser's store is full or closed: the text is still on the page.
    }
  },

  drop(writer, address) {
    try {
      localStorage.removeItem(this.name(writer, address));
    } catch {
      // Nothing could be kept, so there is nothing to take away.
    }
  },
};

// As the portal compares texts: it trims them, and joins a letter and its accent.
const sameText = (one, other) => one.trim().normalize("NFC") === other.trim().normalize("NFC");
