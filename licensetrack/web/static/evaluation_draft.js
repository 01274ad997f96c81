// A part of a draft: kept a second after typing stops, with what is open and how the texts read. Without this script the
// form's own buttons do the same.
import { editors } from "./figure_text.js";

const form = document.querySelector("form[data-draft]");
const words = document.querySelector("[data-words]").dataset;
const kept = form.querySelector("[data-kept]");
let timer = 0;
let asking = false;
let again = false;
let leaving = false;
let last = content();

function content() {
  return new URLSearchParams(new FormData(form)).toString();
}

function say(text, bad) {
  kept.textContent = text;
  kept.classList.toggle("kept-not", bad);
}

function showNotes(list) {
  for (const place of form.querySelectorAll("[data-notes]")) {
    const told = list.filter((note) => note.field === place.dataset.notes);
    place.replaceChildren(
      ...told.map((note) => {
        const line = document.createElement("p");
        line.className = "note note-error";
        const kind = document.createElement("span");
        kind.className = "visually-hidden";
        kind.textContent = words.open;
        line.append(kind, note.text);
        return line;
      }),
    );
  }
}

function showTexts(read) {
  for (const [field, paragraphs] of Object.entries(read)) {
    const place = form.querySelector(`[data-read="${field}"]`);
    if (!place) {
      continue;
    }
    const label = document.createElement("span");
    label.className = "reads-label";
    label.textContent = words.reads;
    place.replaceChildren(label, ...paragraphs.map(paragraph));
    place.hidden = paragraphs.length === 0;
  }
}

function paragraph(pieces) {
  const line = document.createElement("p");
  for (const [text, name, rows] of pieces) {
    if (!name) {
      line.append(text);
      continue;
    }
    const chip = document.createElement(rows ? "a" : "span");
    chip.className = "chip";
    chip.title = name;
    chip.textContent = text;
    if (rows) {
      chip.href = rows;
    }
    line.append(chip);
  }
  return line;
}

async function keep() {
  const now = content();
  if (now === last || leaving) {
    return;
  }
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  say(words.keeping, false);
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new FormData(form),
      headers: { Accept: "application/json" },
      credentials: "same-origin",
    });
    const told = await answer.json();
    if (answer.ok) {
      const before = form.elements.version.value;
      const typed = content() !== now;
      form.elements.version.value = told.version;
      last = now.replace(`version=${before}`, `version=${told.version}`);
      again = again || typed;
      showNotes(told.notes);
      showTexts(told.read);
      const score = form.querySelector("[data-score]");
      if (score && "score" in told) {
        score.textContent = told.score;
      }
      say(told.kept, false);
    } else {
      say(`${words.notKept}: ${told.message}${answer.status === 409 ? ` ${words.compare}` : ""}`, true);
    }
  } catch {
    say(words.notKept, true);
  } finally {
    asking = false;
    if (again) {
      again = false;
      soon();
    }
  }
}

function soon() {
  window.clearTimeout(timer);
  timer = window.setTimeout(keep, 1000);
}

editors(form, words);
form.addEventListener("input", soon);
form.addEventListener("submit", () => {
  leaving = true;
  window.clearTimeout(timer);
});
window.addEventListener("pageshow", () => {
  leaving = false;
});
