/* A paper that the office asks for, chosen on the page where it asks: what cannot be taken is said at
   once, and a picture that is too large is made smaller. Without this script the server does both. */
import { faultOf, isTooLarge, isTooLargeToSend, megabytes, smaller } from "./pictures.js";

// One after the other: each picture takes much memory.
let work = Promise.resolve(), waiting = false, waited = false;

async function look(box, input) {
  const told = box.querySelector("[data-told]"), one = input.files[0];
  const fault = one ? faultOf(one, box.dataset) : "";
  told.textContent = fault ? sentence(box, fault) : "";
  if (!one || fault || !isTooLarge(one, box.dataset)) return;
  told.textContent = box.dataset.shrinking;
  const less = await smaller(one, box.dataset);
  // Meanwhile another one may have been chosen.
  if (input.files[0] !== one) return;
  if (less !== one) {
    const carrier = new DataTransfer();
    carrier.items.add(less);
    input.files = carrier.files;
  }
  told.textContent = less === one ? "" : `${box.dataset.smaller} ${megabytes(one)} → ${megabytes(less)}`;
  if (isTooLargeToSend(less, box.dataset)) told.textContent = sentence(box, "picture");
}

function sentence(box, fault) { return box.dataset[`fault${fault[0].toUpperCase()}${fault.slice(1)}`]; }

const boxes = [...document.querySelectorAll("[data-one-file]")];
for (const box of boxes) {
  const input = box.querySelector("input[type=file]");
  input.addEventListener("change", () => { work = work.then(() => look(box, input)); });
}
boxes[0]?.querySelector("input[type=file]").form.addEventListener("submit", async (event) => {
  if (waited) return;
  event.preventDefault();
  if (waiting) return;
  const { submitter, currentTarget: form } = event;
  waiting = true;
  await work;
  waited = true;
  // Not before this sending is over: a form that is being sent cannot be sent.
  setTimeout(() => form.requestSubmit(submitter));
});
