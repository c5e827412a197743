/* The box "all on this page" ticks the boxes of the lines, and the bar says how many are ticked.
   Without this script that box is sent and read as it stands. */
"use strict";

const all = document.querySelector("[data-tick-all]");
if (all) {
  const boxes = [...document.querySelectorAll("[data-tick]")];
  const said = document.getElementById("bulk-chosen"), plain = said.textContent;
  const count = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    said.textContent = ticked ? `${said.dataset.chosen} ${ticked}` : plain;
    all.checked = ticked === boxes.length && ticked > 0;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  };
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    count();
  });
  for (const box of boxes) box.addEventListener("change", count);
  count();
}
