// Asks once a minute how many notices are unread, while the page is looked at; the count also stands there without it.
const bell = document.querySelector("[data-bell]");

async function look() {
  if (document.hidden) {
    return;
  }
  let answer;
  try {
    answer = await fetch(bell.dataset.bell, { headers: { Accept: "application/json" }, cache: "no-store" });
  } catch {
    return; // the network comes back
  }
  if (!answer.ok) {
    clearInterval(asking); // signed out: the next page says so
    return;
  }
  const { unread } = await answer.json();
  const count = bell.querySelector("[data-bell-count]");
  count.textContent = unread > 99 ? "99+" : String(unread);
  count.hidden = unread === 0;
  bell.classList.toggle("bell-rings", unread > 0);
}

let asking;
if (bell) {
  asking = setInterval(look, Number(bell.dataset.bellSeconds || 60) * 1000);
  document.addEventListener("visibilitychange", look);
}
