// The form of a request: the draft is kept a second after typing stops, what the checks find appears at its field, and
// lines come and go in place. Without this script the form's own buttons do the same.
import { keepDraft } from "./kept_draft.js";

const form = document.querySelector("form[data-draft]");
const words = document.querySelector("[data-words]").dataset;
const lines = form.querySelector("[data-lines]");
const soon = keepDraft(form, words, shown);

function notes(list) {
  for (const place of form.querySelectorAll("[data-notes]")) {
    const told = list.filter((note) => `${note.line}.${note.field}` === place.dataset.notes);
    place.replaceChildren(
      ...told.map((note) => {
        const line = document.createElement("p");
        line.className = `note note-${note.level}`;
        const kind = document.createElement("span");
        kind.className = "visually-hidden";
        kind.textContent = note.level === "error" ? words.error : words.note;
        line.append(mark(note.level), kind, note.text);
        return line;
      }),
    );
    const wrong = told.some((note) => note.level === "error");
    for (const field of place.parentElement.querySelectorAll("input, select, textarea")) {
      field.classList.toggle("is-invalid", wrong);
      field.toggleAttribute("aria-invalid", wrong);
    }
  }
}

function mark(level) {
  const space = "http://www.w3.org/2000/svg";
  const sign = document.createElementNS(space, "svg");
  const use = document.createElementNS(space, "use");
  sign.setAttribute("class", "icon");
  sign.setAttribute("aria-hidden", "true");
  const name = level === "error" ? "exclamation-octagon" : "exclamation-triangle";
  use.setAttribute("href", `${words.icons}#${name}`);
  sign.append(use);
  return sign;
}

function shown(told) {
  notes(told.notes);
  for (const place of form.querySelectorAll("[data-hosts]")) {
    place.textContent = told.hosts[place.dataset.hosts] || "";
  }
}

function number() {
  lines.querySelectorAll("[data-line]").forEach((line, index) => {
    line.querySelector(".line-number").textContent = index + 1;
  });
}

function place() {
  const taken = [...form.querySelectorAll("[name^='lines-']")].map((field) => Number(field.name.split("-")[1]));
  return Math.max(-1, ...taken) + 1;
}

function add(kind) {
  const blank = document.querySelector(`template[data-blank="${kind}"]`);
  const key = Array.from(crypto.getRandomValues(new Uint8Array(4)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const index = place();
  const line = blank.content.firstElementChild.cloneNode(true);
  for (const part of [line, ...line.querySelectorAll("*")]) {
    for (const name of part.getAttributeNames()) {
      const value = part.getAttribute(name);
      if (value.includes(`__${kind}__`)) {
        part.setAttribute(name, value.replaceAll(`__${kind}__`, index));
      }
    }
    if (part.dataset.notes) {
      part.dataset.notes = `${key}${part.dataset.notes}`;
    }
    if ("hosts" in part.dataset) {
      part.dataset.hosts = key;
    }
  }
  line.dataset.line = key;
  line.querySelector(`[name="lines-${index}-key"]`).value = key;
  line.querySelector("[data-remove]").value = `remove:${key}`;
  lines.append(line);
  number();
  line.querySelector("select, input:not([type=hidden])").focus();
  soon();
}

form.addEventListener("change", (event) => {
  if (event.target.matches("[data-upload-now]") && event.target.files.length) {
    form.requestSubmit(form.querySelector("button[value=keep]"));
  }
});
form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-add], [data-remove]");
  if (!button) {
    return;
  }
  event.preventDefault();
  if (button.dataset.add) {
    add(button.dataset.add);
  } else {
    const line = button.closest("[data-line]");
    const next = line.nextElementSibling || line.previousElementSibling;
    line.remove();
    number();
    (next ? next.querySelector("select, input:not([type=hidden])") : form.querySelector("[data-add]")).focus();
    soon();
  }
});
