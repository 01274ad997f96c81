// Watches work on the server by asking once a second; when it is over, the page shows its outcome.
const panel = document.querySelector("[data-watch]");
const bar = panel.querySelector("[data-bar]");
const text = panel.querySelector("[data-text]");

const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function watch() {
  for (let pause = 400; ; pause = 1000) {
    await wait(pause);
    let answer;
    try {
      answer = await fetch(panel.dataset.watch, { headers: { Accept: "application/json" }, cache: "no-store" });
    } catch {
      continue; // the network comes back, or the visitor leaves
    }
    if (!answer.ok) {
      window.location.reload(); // signed out, or thrown away: the page says which
      return;
    }
    const work = await answer.json();
    if (!work.works) {
      window.location.reload();
      return;
    }
    if (work.total) {
      bar.value = work.percent;
      text.textContent = `${work.percent}% · ${work.done.toLocaleString()} / ${work.total.toLocaleString()}`;
    }
  }
}

watch();
