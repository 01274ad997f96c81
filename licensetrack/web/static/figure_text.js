// Texts with figures: each name in braces becomes a chip that shows the figure and can be taken away, but not typed in.
// The field behind the editor keeps the text with its names, and that alone is sent.
const MARK = /\{([^{}]*)\}/g;

function known() {
  const offered = document.querySelectorAll("[data-offered] option");
  return new Map([...offered].map((option) => [option.value, option.dataset.text]));
}

function chip(mark, figures, words) {
  const made = document.createElement("span");
  const name = mark.split(/[:=]/)[0];
  const literal = mark.match(/^=([^|]+)\|(.+)$/);
  made.className = "chip";
  made.contentEditable = "false";
  made.dataset.mark = mark;
  if (literal) {
    made.textContent = literal[1];
    made.title = literal[2];
  } else if (figures.has(name)) {
    made.textContent = figures.get(name);
    made.title = name;
  } else {
    made.textContent = `{${mark}}`;
    made.title = words.unknown;
    made.classList.add("chip-unknown");
  }
  return made;
}

function parts(text, figures, words) {
  const found = document.createDocumentFragment();
  let at = 0;
  for (const mark of text.matchAll(MARK)) {
    found.append(text.slice(at, mark.index), chip(mark[1], figures, words));
    at = mark.index + mark[0].length;
  }
  found.append(text.slice(at));
  return found;
}

function written(node) {
  let text = "";
  for (const one of node.childNodes) {
    if (one.nodeType === Node.TEXT_NODE) {
      text += one.data;
    } else if (one.dataset && one.dataset.mark !== undefined) {
      text += `{${one.dataset.mark}}`;
    } else if (one.nodeName === "BR") {
      text += "\n";
    } else {
      text += (one.nodeName === "DIV" && text && !text.endsWith("\n") ? "\n" : "") + written(one);
    }
  }
  return text;
}

function put(editor, fragment) {
  const selection = window.getSelection();
  const inside = selection.rangeCount && editor.contains(selection.getRangeAt(0).commonAncestorContainer);
  const range = inside ? selection.getRangeAt(0) : document.createRange();
  if (!inside) {
    range.selectNodeContents(editor);
    range.collapse(false);
  }
  range.deleteContents();
  const end = fragment.lastChild;
  range.insertNode(fragment);
  if (end) {
    range.setStartAfter(end);
    range.collapse(true);
    selection.removeAllRanges();
    selection.addRange(range);
  }
  editor.dispatchEvent(new InputEvent("input", { bubbles: true }));
}

function editor(field, figures, words) {
  const made = document.createElement("div");
  made.className = "form-control text-editor";
  made.contentEditable = "true";
  made.setAttribute("role", "textbox");
  made.setAttribute("aria-multiline", "true");
  made.setAttribute("aria-labelledby", `${field.id}-label`);
  made.setAttribute("aria-describedby", field.getAttribute("aria-describedby"));
  made.id = `${field.id}-editor`;
  made.append(parts(field.value, figures, words));
  made.addEventListener("input", () => {
    field.value = written(made).replace(/\u00a0/g, " ");
  });
  made.addEventListener("beforeinput", (event) => {
    if (event.inputType === "insertParagraph" || event.inputType === "insertLineBreak") {
      event.preventDefault();
      const atEnd = !window.getSelection().getRangeAt(0).cloneContents().hasChildNodes() && endsHere(made);
      put(made, parts(atEnd && !written(made).endsWith("\n") ? "\n\n" : "\n", figures, words));
      if (atEnd) {
        stepBack(made);
      }
    } else if (event.inputType.startsWith("format")) {
      event.preventDefault();
    }
  });
  made.addEventListener("paste", (event) => {
    event.preventDefault();
    put(made, parts(event.clipboardData.getData("text/plain").replace(/\r\n/g, "\n"), figures, words));
  });
  for (const kind of ["copy", "cut"]) {
    made.addEventListener(kind, (event) => {
      const range = window.getSelection().getRangeAt(0);
      event.preventDefault();
      event.clipboardData.setData("text/plain", written(range.cloneContents()));
      if (kind === "cut") {
        put(made, document.createDocumentFragment());
      }
    });
  }
  made.addEventListener("drop", (event) => event.preventDefault());
  made.addEventListener("blur", () => made.replaceChildren(parts(field.value, figures, words)));
  field.hidden = true;
  field.before(made);
  return made;
}

// A line feed at the very end of a text shows only with another one behind it.
function endsHere(made) {
  const caret = window.getSelection().getRangeAt(0);
  const rest = document.createRange();
  rest.selectNodeContents(made);
  rest.setStart(caret.endContainer, caret.endOffset);
  return rest.toString() === "";
}

function stepBack(made) {
  const selection = window.getSelection();
  const text = selection.anchorNode.nodeType === Node.TEXT_NODE ? selection.anchorNode : made.lastChild;
  if (text && text.nodeType === Node.TEXT_NODE && text.data.endsWith("\n")) {
    selection.collapse(text, text.data.length - 1);
  }
}

// Puts the caret behind so many signs of the written text.
function stand(made, signs) {
  let left = signs;
  for (const one of made.childNodes) {
    const length = one.nodeType === Node.TEXT_NODE ? one.data.length : one.dataset.mark.length + 2;
    if (one.nodeType === Node.TEXT_NODE && left <= length) {
      window.getSelection().collapse(one, left);
      return;
    }
    left -= length;
    if (left <= 0) {
      break;
    }
  }
  const range = document.createRange();
  range.selectNodeContents(made);
  range.collapse(false);
  window.getSelection().removeAllRanges();
  window.getSelection().addRange(range);
}

export function editors(form, words) {
  const figures = known();
  const made = [...form.querySelectorAll("textarea[data-figures]")].map((field) => editor(field, figures, words));
  const button = document.querySelector("[data-insert]");
  const choice = document.querySelector("[data-offered]");
  if (!made.length || !button) {
    return;
  }
  let recent = made[0];
  for (const one of made) {
    one.addEventListener("focus", () => {
      recent = one;
    });
  }
  let caret = null; // as a place in the written text: what is drawn anew when one leaves would lose a node
  document.addEventListener("selectionchange", () => {
    const selection = window.getSelection();
    if (document.activeElement === recent && selection.rangeCount && recent.contains(selection.anchorNode)) {
      const before = document.createRange();
      before.selectNodeContents(recent);
      before.setEnd(selection.getRangeAt(0).endContainer, selection.getRangeAt(0).endOffset);
      caret = { editor: recent, at: written(before.cloneContents()).length };
    }
  });
  button.hidden = false;
  button.addEventListener("click", () => {
    const text = written(recent);
    const at = caret && caret.editor === recent ? Math.min(caret.at, text.length) : text.length;
    const mark = `{${choice.value}}`;
    recent.replaceChildren(parts(text.slice(0, at) + mark + text.slice(at), figures, words));
    recent.focus();
    stand(recent, at + mark.length);
    recent.dispatchEvent(new InputEvent("input", { bubbles: true }));
  });
  const wanted = document.getElementById(`${window.location.hash.slice(1)}-editor`);
  if (wanted) {
    wanted.focus();
  }
}
