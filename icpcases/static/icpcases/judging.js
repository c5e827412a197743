/* Judging: a button that wants a reason first opens the reasons and gives them the focus; a usual
   reason that is chosen stands in the text, where it can be changed. A decision is sent once. */
for (const button of document.querySelectorAll("[data-opens]")) {
  button.addEventListener("click", (event) => {
    const reasons = document.getElementById(button.dataset.opens);
    const text = reasons.querySelector("textarea");
    if (text.value.trim()) return;
    event.preventDefault();
    reasons.open = true;
    (reasons.querySelector("input[type=radio]") ?? text).focus();
    reasons.scrollIntoView({ block: "nearest" });
  });
}
for (const choices of document.querySelectorAll("[data-reasons]")) {
  const text = document.getElementById(choices.dataset.reasons);
  const sentences = [...choices.querySelectorAll("[data-text]")].map((one) => one.dataset.text);
  choices.addEventListener("change", (event) => {
    // One usual reason takes the place of another; own words stay.
    if (!text.value.trim() || sentences.includes(text.value.trim())) text.value = event.target.dataset.text;
    else text.value = `${text.value.trim()}\n${event.target.dataset.text}`;
    event.target.focus();
  });
  // Enter on a reason refuses: the first button of the form would accept.
  choices.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    choices.closest("details").querySelector(".submit button").click();
  });
}
for (const form of document.querySelectorAll("[data-judgement]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  addEventListener("pageshow", () => delete form.dataset.sent);
}
