// Weights of a framework add up while they are typed: below each node stands what its children weigh.
const form = document.querySelector("form[data-weights]");

function weight(input) {
  const value = Number(input.value.trim().normalize("NFKC"));
  return Number.isFinite(value) ? value : 0;
}

function rounded(value) {
  return Math.round(value * 100) / 100;
}

function add() {
  const inputs = [...form.querySelectorAll("[data-weight]")];
  const own = new Map(inputs.map((input) => [input.dataset.weight, weight(input)]));
  for (const place of form.querySelectorAll("[data-balance]")) {
    const code = place.dataset.balance;
    const parts = rounded(inputs.filter((one) => one.dataset.parent === code).reduce((sum, one) => sum + weight(one), 0));
    const whole = code === "" ? 100 : rounded(own.get(code));
    const even = parts === whole;
    place.textContent = even ? place.dataset.even : place.dataset.off.replace("PARTS", parts).replace("WHOLE", whole);
    place.classList.toggle("balance-even", even);
    place.classList.toggle("balance-off", !even);
  }
}

if (form) {
  form.addEventListener("input", add);
  add();
}
