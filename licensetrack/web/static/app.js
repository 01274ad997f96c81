// What every page does beyond HTML: the strip of places shows where one is, a menu closes when one looks elsewhere.
const here = document.querySelector(".places [aria-current]");
if (here) {
  here.scrollIntoView({ block: "nearest", inline: "center" });
}

const menus = document.querySelectorAll("details.me");

document.addEventListener("click", (event) => {
  for (const menu of menus) {
    if (menu.open && !menu.contains(event.target)) {
      menu.open = false;
    }
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") {
    return;
  }
  for (const menu of menus) {
    if (menu.open) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }
});
