// A form that keeps itself: sent a second after typing stops, one sending at a time, and each builds on the version that
// the answer before it named. `shown` shows the rest of an answer, `refusal` says why one was not kept.
export function keepDraft(form, words, shown, refusal = (told) => told.message) {
  const kept = form.querySelector("[data-kept]");
  let timer = 0;
  let asking = false;
  let again = false;
  let leaving = false;
  let last = text();

  function content() {
    const data = new FormData(form);
    for (const [name, value] of [...data.entries()]) {
      if (value instanceof File) {
        data.delete(name);
      }
    }
    return data;
  }

  function text() {
    const typed = new URLSearchParams(content());
    typed.delete("version");
    return typed.toString();
  }

  function say(said, bad) {
    kept.textContent = said;
    kept.classList.toggle("kept-not", bad);
  }

  async function keep() {
    const now = text();
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
        body: content(),
        headers: { Accept: "application/json" },
        credentials: "same-origin",
      });
      const told = await answer.json();
      if (answer.ok) {
        form.elements.version.value = told.version;
        last = now;
        again = again || text() !== now;
        shown(told);
        say(told.kept, false);
      } else {
        say(`${words.notKept}: ${refusal(told, answer.status)}`, true);
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

  form.addEventListener("input", soon);
  form.addEventListener("submit", () => {
    leaving = true;
    window.clearTimeout(timer);
  });
  window.addEventListener("pageshow", () => {
    leaving = false;
  });
  return soon;
}
