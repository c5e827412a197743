/* The palette: finds while one types, arrows choose, Enter opens. Without this script the search
   in the header does. */
"use strict";

{
  const dialog = document.getElementById("palette");
  const box = dialog.querySelector("input"), list = dialog.querySelector("ul"), said = dialog.querySelector("[data-said]");
  let asked = 0, waiting = 0, chosen = 0, searching = false;

  const options = () => [...list.children];

  function choose(n) {
    const all = options();
    chosen = all.length ? (n + all.length) % all.length : 0;
    all.forEach((option, m) => option.setAttribute("aria-selected", String(m === chosen)));
    box.setAttribute("aria-activedescendant", all[chosen]?.id ?? "");
    all[chosen]?.scrollIntoView({ block: "nearest" });
  }

  function option(hit, n) {
    const item = document.createElement("li"), link = document.createElement("a");
    item.id = `palette-hit-${n}`;
    item.setAttribute("role", "option");
    link.href = hit.url;
    link.tabIndex = -1;
    for (const [name, text] of [["kind", hit.kind], ["label", hit.label], ["detail", hit.detail]]) {
      const part = document.createElement("span");
      part.className = name;
      part.textContent = text;
      link.append(part, " ");
    }
    item.append(link);
    return item;
  }

  async function ask() {
    const mine = ++asked;
    clearTimeout(waiting);
    waiting = 0;
    const query = new URLSearchParams({ q: box.value, case: dialog.dataset.case });
    let hits;
    searching = true;
    try {
      const answer = await fetch(`${dialog.dataset.url}?${query}`, { headers: { Accept: "application/json" } });
      ({ hits } = await answer.json());
    } catch {
      hits = null;
    }
    // A later question may have been answered first.
    if (mine !== asked) return;
    searching = false;
    list.replaceChildren(...(hits ?? []).map(option));
    said.textContent = !hits ? dialog.dataset.failed : hits.length ? "" : dialog.dataset.none;
    choose(0);
  }

  function soon() {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 120);
  }

  for (const button of document.querySelectorAll("[data-opens-palette]")) {
    button.hidden = false;
    button.addEventListener("click", () => { box.value = ""; dialog.showModal(); box.focus(); ask(); });
  }
  box.addEventListener("input", soon);
  box.addEventListener("keydown", async (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(chosen + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter") {
      event.preventDefault();
      // Whoever types fast means what stands in the box, not what was found before.
      if (waiting || searching) await ask();
      options()[chosen]?.querySelector("a").click();
    }
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
}
