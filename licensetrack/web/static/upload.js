// Choosing files: shows what was chosen or dropped, and keeps a second click from sending the form twice.
for (const form of document.querySelectorAll("form[data-upload]")) {
  form.addEventListener("submit", () => {
    const button = form.querySelector("button[type=submit]");
    button.disabled = true;
    button.textContent = button.dataset.busy || button.textContent;
  });
}
// Coming back by the browser's history finds the form usable again.
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("form[data-upload] button[type=submit]")) {
    button.disabled = false;
  }
});

const drop = document.querySelector("[data-drop]");
if (drop) {
  const input = drop.querySelector("input[type=file]");
  const chosen = document.querySelector("[data-chosen]");

  const list = () => {
    chosen.replaceChildren(
      ...Array.from(input.files, (file) => {
        const line = document.createElement("li");
        line.textContent = `${file.name} · ${Math.ceil(file.size / 1024).toLocaleString()} KB`;
        return line;
      }),
    );
  };
  input.addEventListener("change", list);

  for (const kind of ["dragenter", "dragover"]) {
    drop.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.add("drop-over");
    });
  }
  for (const kind of ["dragleave", "drop"]) {
    drop.addEventListener(kind, () => drop.classList.remove("drop-over"));
  }
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) {
      // What was chosen before stays; only a field for one file takes the new one in its stead.
      const together = new DataTransfer();
      for (const file of input.multiple ? [...input.files, ...event.dataTransfer.files] : event.dataTransfer.files) {
        together.items.add(file);
      }
      input.files = together.files;
      list();
    }
  });
}
