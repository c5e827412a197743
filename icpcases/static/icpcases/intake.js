/* The verdict beside the facts follows what is typed; without scripts the button shows it. And the
   summary of errors has the focus. */
const form = document.querySelector("form[data-verdict]");
const place = document.querySelector("[data-verdict-place]");
let waiting, newest = 0;
async function judge() {
  const mine = ++newest;
  const answer = await fetch(location.href, {
    method: "POST",
    body: new FormData(form),
    headers: { "X-Fragment": "verdict" },
  });
  const text = await answer.text();
  if (answer.ok && mine === newest) place.innerHTML = text;
}
form.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => judge().catch(() => {}), 400);
});
document.querySelector("[data-focus]")?.focus();
