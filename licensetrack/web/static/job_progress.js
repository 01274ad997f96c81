// Watches jobs by asking once a second: every element with data-job holds a bar, a text and, perhaps, a log.
// When a job has ended, its page shows what came out.
const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function show(panel, work) {
  const bar = panel.querySelector("[data-job-bar]");
  const text = panel.querySelector("[data-job-text]");
  const note = panel.querySelector("[data-job-note]");
  if (bar && work.total) {
    bar.value = work.percent;
  }
  if (text) {
    text.textContent = work.total
      ? `${work.percent}% · ${work.done.toLocaleString()} / ${work.total.toLocaleString()}`
      : work.word;
  }
  if (note) {
    note.textContent = work.note;
  }
}

function tell(panel, lines) {
  const log = document.querySelector("[data-job-log]");
  if (!log) {
    return;
  }
  for (const line of lines) {
    const item = document.createElement("li");
    const when = document.createElement("time");
    when.dateTime = line.at;
    when.className = "tabular muted";
    when.textContent = line.moment;
    item.append(when, ` ${line.text}`);
    log.append(item);
    panel.dataset.jobAfter = line.id;
  }
}

async function watch(panel) {
  for (let pause = 400; ; pause = 1000) {
    await wait(pause);
    if (document.hidden) {
      continue; // nobody looks
    }
    const address = new URL(panel.dataset.job, window.location.href);
    if (panel.dataset.jobAfter) {
      address.searchParams.set("after", panel.dataset.jobAfter);
    }
    let answer;
    try {
      answer = await fetch(address, { headers: { Accept: "application/json" }, cache: "no-store" });
    } catch {
      continue; // the network comes back, or the visitor leaves
    }
    if (!answer.ok) {
      window.location.reload(); // signed out, or gone: the page says which
      return;
    }
    const work = await answer.json();
    show(panel, work);
    tell(panel, work.lines || []);
    if (!work.works) {
      window.location.reload();
      return;
    }
  }
}

for (const panel of document.querySelectorAll("[data-job]")) {
  watch(panel);
}
