// Comfort only: every page says and does the same without it.
"use strict";

// What is to be copied gets a button.
for (const code of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  button.setAttribute("aria-label", `Copy ${code.parentElement.getAttribute("aria-label")}`);
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
  code.parentElement.before(button);
}

// In a source, words light up the facts that were drawn from them, and facts their words.
const reader = document.querySelector(".reader");
if (reader) {
  const pieces = [...reader.querySelectorAll(".piece.cited")];
  const drawn = [...reader.querySelectorAll(".drawn [data-fact]")];
  const light = (ids) => {
    for (const piece of pieces) piece.classList.toggle("lit", piece.dataset.facts.split(" ").some((id) => ids.has(id)));
    for (const fact of drawn) fact.classList.toggle("lit", ids.has(fact.dataset.fact));
  };
  const of = (target) => {
    const fact = target.closest("[data-fact]");
    if (fact) return new Set([fact.dataset.fact]);
    const piece = target.closest("[data-facts]");
    return new Set(piece && piece.dataset.facts ? piece.dataset.facts.split(" ") : []);
  };
  for (const event of ["mouseover", "focusin"]) reader.addEventListener(event, (happened) => light(of(happened.target)));
  reader.addEventListener("mouseleave", () => light(new Set()));
}

// Empty fields are no questions: they stay out of the address.
for (const form of document.querySelectorAll("form:not([method=post])")) {
  form.addEventListener("submit", () => {
    const blank = [...form.elements].filter((field) => field.name && !field.value.trim());
    for (const field of blank) field.disabled = true;
    setTimeout(() => { for (const field of blank) field.disabled = false; });
  });
}

// "/" leads to the search, as in many a reference.
document.addEventListener("keydown", (pressed) => {
  if (pressed.key !== "/" || pressed.ctrlKey || pressed.metaKey || pressed.altKey) return;
  if (pressed.target.closest("input, textarea, select")) return;
  const box = document.querySelector("#q, #q-top");
  if (box) { pressed.preventDefault(); box.focus(); }
});
