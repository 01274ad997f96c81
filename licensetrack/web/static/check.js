// A licence file is compared as soon as it is chosen: the server's own page is asked, its comparison put into this one.
for (const form of document.querySelectorAll("form[data-check]")) {
  const place = form.querySelector("[data-comparison]");
  form.addEventListener("change", async (event) => {
    if (event.target.type !== "file" || !event.target.files.length) {
      return;
    }
    place.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.dataset.check, { method: "POST", body: new FormData(form), cache: "no-store" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const compared = page.querySelector("[data-comparison]");
      if (compared) {
        place.replaceChildren(...compared.childNodes);
      }
    } catch {
      // Without an answer the form still works: it comes back with the comparison when it is sent.
    }
    place.removeAttribute("aria-busy");
  });
}
