/* Several files at once: picked or dropped, each into a row of its own, with progress.
   Without this script the rows are filled one by one and the form is sent as it is. */
"use strict";

function start(main) {
  const box = main.querySelector("[data-papers]");
  if (!box) return;
  const form = box.closest("form"), drop = box.querySelector("[data-drop]");
  const rows = () => [...box.querySelectorAll("[data-row]")];
  const file = (row) => row.querySelector("input[type=file]");
  const kind = (row) => row.querySelector("select[name$=kind]");
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
    file(row).addEventListener("change", () => row.querySelector("[data-again]")?.remove());
  }

  function take(files) {
    say("");
    for (const one of files) {
      let row = rows().find((row) => !file(row).files.length);
      if (!row && rows().length < Number(box.dataset.most)) row = addRow();
      if (!row) { say(box.dataset.full); break; }
      const carrier = new DataTransfer();
      carrier.items.add(one);
      file(row).files = carrier.files;
      row.querySelector("[data-again]")?.remove();
    }
    number();
  }

  function send(event) {
    // The button of the language takes along what was typed, and no files.
    if (event.submitter?.hasAttribute("formaction")) return;
    if (!rows().some((row) => file(row).files.length)) return;
    event.preventDefault();
    const request = new XMLHttpRequest(), bar = box.querySelector("progress");
    // Before the buttons are shut: which one was pressed is part of what is sent.
    const sent = new FormData(form, event.submitter), buttons = form.querySelectorAll("[type=submit]");
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
  form.addEventListener("submit", send);
}

/* A file dropped beside the place for it must not replace the page. */
for (const name of ["dragover", "drop"]) window.addEventListener(name, (event) => event.preventDefault());
start(document.querySelector("main"));
