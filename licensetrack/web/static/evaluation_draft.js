// A part of a draft: kept a second after typing stops, with what is open and how the texts read. Without this script the
// form's own buttons do the same.
import { editors } from "./figure_text.js";
import { keepDraft } from "./kept_draft.js";

const form = document.querySelector("form[data-draft]");
const words = document.querySelector("[data-words]").dataset;

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

function shown(told) {
  showNotes(told.notes);
  showTexts(told.read);
  const score = form.querySelector("[data-score]");
  if (score && "score" in told) {
    score.textContent = told.score;
  }
}

editors(form, words);
keepDraft(form, words, shown, (told, status) => `${told.message}${status === 409 ? ` ${words.compare}` : ""}`);
