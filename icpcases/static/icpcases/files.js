/* Several files at once: picked or dropped, each into a row of its own, with progress.
   Without this script the rows are filled one by one and the form is sent as it is. */
import { faultOf, isTooLarge, isTooLargeToSend, megabytes, smaller } from "./pictures.js";

function start(main) {
  const box = main.querySelector("[data-papers]");
  if (!box) return;
  const form = box.closest("form"), drop = box.querySelector("[data-drop]");
  const rows = () => [...box.querySelectorAll("[data-row]")];
  const file = (row) => row.querySelector("input[type=file]");
  const kind = (row) => row.querySelector("select[name$=kind]");
  // Pictures are made smaller one after the other: each takes much memory.
  let work = Promise.resolve(), waiting = false;
  const say = (text) => { box.querySelector("[data-said]").textContent = text; };

  function number() {
    rows().forEach((row, n) => {
      row.querySelector("[data-number]").textContent = n + 1;
      row.querySelector("[data-leave-out]").hidden = rows().length === 1;
      for (const field of row.querySelectorAll("[name]")) {
        const plain = field.name.replace(/^paper(\d+|N)-/, "");
        rename(row, field, n ? `paper${n}-${plain}` : plain);
      }
    });
    form.elements.rows.value = rows().length;
  }

  function rename(row, field, name) {
    const old = field.id, id = `id_${name}`;
    for (const label of row.querySelectorAll(`label[for="${old}"]`)) label.htmlFor = id;
    for (const part of row.querySelectorAll(`[id^="${old}_"]`)) part.id = part.id.replace(old, id);
    const about = field.getAttribute("aria-describedby");
    if (about) field.setAttribute("aria-describedby", about.replaceAll(old, id));
    field.name = name;
    field.id = id;
  }

  function addRow() {
    const row = box.querySelector("template").content.firstElementChild.cloneNode(true);
    const taken = rows().map((one) => kind(one).value), wanted = box.dataset.kinds.split(" ");
    kind(row).value = wanted.find((one) => !taken.includes(one)) ?? "";
    rows().at(-1).after(row);
    wire(row);
    return row;
  }

  function wire(row) {
    row.querySelector("[data-leave-out]").addEventListener("click", () => { row.remove(); number(); });
  }

  function chosen(row) {
    row.querySelector("[data-again]")?.remove();
    tell(row, "");
    wrong(row, "");
    work = work.then(() => look(row));
  }

  /* What can be said of a file before it is sent; a picture that is too large is made smaller. */
  async function look(row) {
    const one = file(row).files[0], fault = one && faultOf(one, box.dataset);
    if (fault) wrong(row, fault);
    if (!one || fault || !isTooLarge(one, box.dataset)) return;
    tell(row, box.dataset.shrinking);
    const less = await smaller(one, box.dataset);
    // Meanwhile another one may have been chosen.
    if (file(row).files[0] !== one) return;
    if (less !== one) put(row, less);
    tell(row, less === one ? "" : `${box.dataset.smaller} ${megabytes(one)} → ${megabytes(less)}`);
    if (isTooLargeToSend(less, box.dataset)) wrong(row, "picture");
  }

  function put(row, one) {
    const carrier = new DataTransfer();
    carrier.items.add(one);
    file(row).files = carrier.files;
  }

  function tell(row, text) { row.querySelector("[data-told]").textContent = text; }

  /* What is wrong with the file of a row stands beside it, as the server would say it. */
  function wrong(row, fault) {
    const input = file(row), field = input.closest(".field");
    for (const old of field.querySelectorAll(".errorlist")) old.remove();
    field.classList.toggle("bad", Boolean(fault));
    for (const name of ["aria-invalid", "aria-describedby"]) input.removeAttribute(name);
    if (!fault) return;
    const list = document.createElement("ul"), said = document.createElement("li");
    list.className = "errorlist";
    list.id = `${input.id}_wrong`;
    list.dataset.wrong = fault;
    said.textContent = box.dataset[`fault${fault[0].toUpperCase()}${fault.slice(1)}`];
    list.append(said);
    row.querySelector("[data-told]").before(list);
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", list.id);
  }

  function take(files) {
    say("");
    for (const one of files) {
      let row = rows().find((row) => !file(row).files.length);
      if (!row && rows().length < Number(box.dataset.most)) row = addRow();
      if (!row) { say(box.dataset.full); break; }
      put(row, one);
      chosen(row);
    }
    number();
  }

  async function send(event) {
    // The button of the language takes along what was typed, and no files.
    if (event.submitter?.hasAttribute("formaction")) return;
    if (!rows().some((row) => file(row).files.length)) return;
    event.preventDefault();
    if (waiting) return;
    const button = event.submitter;
    waiting = true;
    await work;
    waiting = false;
    const bad = rows().find((row) => row.querySelector("[data-wrong]"));
    if (bad) { file(bad).focus(); return; }
    const request = new XMLHttpRequest(), bar = box.querySelector("progress");
    // Before the buttons are shut: which one was pressed is part of what is sent.
    const sent = new FormData(form, button), buttons = form.querySelectorAll("[type=submit]");
    const shut = (yes) => buttons.forEach((button) => { button.disabled = yes; });
    const failed = () => { bar.parentNode.hidden = true; shut(false); say(box.dataset.lost); };
    request.open("POST", location.href);
    request.setRequestHeader("X-Progress", "1");
    request.upload.onprogress = (gone) => {
      bar.value = (100 * gone.loaded) / gone.total;
      say(gone.loaded < gone.total ? `${box.dataset.sending} ${Math.round(bar.value)} %` : box.dataset.checking);
    };
    request.onload = () => {
      if (request.status === 204) location.assign(request.getResponseHeader("X-Location"));
      else if ((request.status < 500 && request.status !== 413) || request.responseText.includes("data-papers")) show(request.responseText);
      else failed();
    };
    request.onerror = failed;
    bar.parentNode.hidden = false;
    shut(true);
    request.send(sent);
  }

  /* The same page with what is wrong; the files stay chosen. */
  function show(html) {
    const next = new DOMParser().parseFromString(html, "text/html").querySelector("main");
    if (!next) { location.reload(); return; }
    for (const fresh of next.querySelectorAll("form input[type=file][name]")) {
      const kept = [...main.querySelectorAll("input[type=file]")].find((one) => one.name === fresh.name);
      if (!kept || !kept.files.length) continue;
      for (const name of ["aria-invalid", "aria-describedby"]) {
        if (fresh.hasAttribute(name)) kept.setAttribute(name, fresh.getAttribute(name));
        else kept.removeAttribute(name);
      }
      fresh.replaceWith(kept);
      kept.closest("[data-row]")?.querySelector("[data-again]")?.remove();
    }
    main.replaceWith(next);
    start(next);
    const wrong = next.querySelector("[role=alert]");
    if (wrong) { wrong.tabIndex = -1; wrong.focus(); }
  }

  rows().forEach(wire);
  number();
  drop.hidden = false;
  drop.querySelector("[data-pick]").addEventListener("change", (event) => { take(event.target.files); event.target.value = ""; });
  drop.addEventListener("dragenter", () => drop.classList.add("over"));
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => { drop.classList.remove("over"); take(event.dataTransfer.files); });
  box.addEventListener("change", (event) => {
    const row = event.target.closest("[data-row]");
    if (row && event.target.type === "file") chosen(row);
  });
  form.addEventListener("submit", send);
}

/* A file dropped beside the place for it must not replace the page. */
for (const name of ["dragover", "drop"]) window.addEventListener(name, (event) => event.preventDefault());
start(document.querySelector("main"));
