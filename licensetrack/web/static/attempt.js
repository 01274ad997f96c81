// Shows of the form for an attempt only the part that the chosen outcome asks for; without this both stand there.
const outcome = document.querySelector(".attempt-form [name=outcome]");

function show() {
  for (const part of document.querySelectorAll(".attempt-form [data-outcome]")) {
    part.hidden = part.dataset.outcome !== outcome.value;
  }
}

if (outcome) {
  outcome.addEventListener("change", show);
  show();
}
