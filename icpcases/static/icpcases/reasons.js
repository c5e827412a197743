/* A usual reason that is chosen is put into the text, where it can be changed; without scripts it
   is sent along and put there by the server. */
for (const choice of document.querySelectorAll("select[data-canned]:not([data-ready])")) {
  choice.dataset.ready = "yes";
  choice.addEventListener("change", () => {
    const text = document.getElementById(choice.dataset.canned);
    const chosen = choice.selectedOptions[0].dataset.text;
    if (!chosen || !text) return;
    text.value = text.value.trim() ? `${text.value.trim()}\n${chosen}` : chosen;
    choice.value = "";
    text.focus();
  });
}
