/* Keys of a page, said by its own elements; every page of the office loads this script.

   <a href="…" data-key="n">             n follows the link; on a button it is pressed, on a field
   <button data-key="a">                 the focus goes there. A letter, a digit, "/" or "?".
   <button data-key="mod+k">             the same with Ctrl, or Command on a Mac, also while typing.
   <button data-key="mod+enter">         Ctrl or Command and Enter, also while a field of the same
                                         form has the focus (of none: the first on the page). In a
                                         form without one it presses the form's first button.
   <table data-rows>                     J and K move through its rows, X ticks a row's box, Enter
                                         opens it: the focus is on the row's first link in
                                         th[scope=row], or on what data-rows="…" selects.
   {% include "staff/_keys.html" with key="N" %}  an announcement, shown only while it is true.

   <button data-key="mod+shift+enter">   the same with Shift; where there is none, Shift is not looked at.

   data-key-always                       it works though its element is folded away on a telephone.

   What a key is called in the list of keys ("?"): data-key-name, else the element's text. What is
   hidden, closed or disabled has no key; while a dialog is open only the keys within it work. No
   single key works while somebody types, or once the switch in the list of keys is off
   (html[data-keys] is "on" or "off"; a script of a page may ask it). */
"use strict";

{
  const root = document.documentElement;
  const stored = "icpcases.keys";
  const remember = (value) => { try { localStorage.setItem(stored, value); } catch { /* private */ } };
  const remembered = () => { try { return localStorage.getItem(stored); } catch { return null; } };
  const mac = /Mac|iPhone|iPad/.test(navigator.platform);
  const typing = (element) =>
    element?.isContentEditable ||
    element?.matches?.("textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])");
  const shown = (element) =>
    !element.disabled && ("keyAlways" in element.dataset || element.getClientRects().length > 0);
  const within = () => [...document.querySelectorAll("dialog[open]")].at(-1) ?? document;
  const holders = () => [...within().querySelectorAll("[data-key]")].filter(shown);
  // What the page itself says comes before the frame around it.
  const inner = (element) => Number(!element.closest("main, dialog"));
  const keyed = (key) => holders().filter((element) => element.dataset.key.toLowerCase() === key)
    .sort((one, other) => inner(one) - inner(other));

  function press(element) {
    if (typing(element)) { element.focus(); element.select?.(); } else element.click();
  }

  function rows() {
    return [...within().querySelectorAll("[data-rows]")].flatMap((table) =>
      [...table.querySelectorAll(table.dataset.rows || "th[scope=row] a")].filter(shown));
  }

  const rowOf = (link) => link.closest("tr, li") ?? link;
  const current = (links) => links.findIndex((link) => rowOf(link).contains(document.activeElement));

  function move(by) {
    const links = rows(), at = current(links);
    const next = at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + by));
    links[next]?.focus();
    links[next]?.scrollIntoView({ block: "nearest" });
    return links.length > 0;
  }

  function tick() {
    const links = rows(), box = links[current(links)] && rowOf(links[current(links)]).querySelector("input[type=checkbox]");
    box?.click();
    return Boolean(box);
  }

  const moves = { j: () => move(1), k: () => move(-1), x: tick };

  function letter(event) {
    // An input method for Chinese may hide which key it was.
    const key = event.key === "Process" ? event.code.replace(/^(Key|Digit)/, "") : event.key;
    return event.shiftKey && /^[a-z0-9]$/i.test(key) ? "" : key.toLowerCase();
  }

  function confirm(event) {
    const form = event.target.closest?.("form");
    const further = event.shiftKey ? keyed("mod+shift+enter") : [];
    const all = further.length ? further : keyed("mod+enter");
    // Without a mark it is the button that Enter in a field of the form would press.
    const usual = () => typing(event.target) && form.querySelector("button:not([type=button]):enabled");
    const one = form ? all.find((button) => button.form === form) || usual() : all[0];
    if (one) { event.preventDefault(); press(one); }
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { confirm(event); return; }
    if (mac ? event.metaKey : event.ctrlKey) {
      const [one] = event.shiftKey || event.altKey ? [] : keyed(`mod+${event.key.toLowerCase()}`);
      if (one) { event.preventDefault(); press(one); }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || root.dataset.keys === "off") return;
    if (typing(event.target)) return;
    const key = letter(event), [one] = event.repeat ? [] : keyed(key);
    if (one) press(one);
    if (one || moves[key]?.()) event.preventDefault();
  });

  /* The list of keys: made anew from the page's elements each time it is opened. */
  function name(element) {
    const text = element.dataset.keyName || element.getAttribute("aria-label") || element.labels?.[0]?.textContent;
    return (text || element.textContent).trim().replace(/\s+/g, " ");
  }

  const mod = mac ? "⌘" : "Ctrl";
  const access = mac ? "Ctrl Option" : /Firefox/.test(navigator.userAgent) ? "Alt Shift" : "Alt";

  /* The ways to press it that work here and now, each a list of keys. */
  function ways(element) {
    const key = element.dataset.key, found = [];
    if (key.endsWith("enter")) found.push([mod, ...(key.includes("shift") ? ["Shift"] : []), "Enter"]);
    else if (key.startsWith("mod+")) found.push([mod, key.slice(4).toUpperCase()]);
    else if (root.dataset.keys === "on") found.push([key.toUpperCase()]);
    if (element.accessKey) found.push([...access.split(" "), element.accessKey.toUpperCase()]);
    return found;
  }

  function cap(key) {
    const one = document.createElement("kbd");
    one.textContent = key;
    return one;
  }

  function line(found, text) {
    const row = document.createElement("tr"), head = document.createElement("th"), cell = document.createElement("td");
    head.scope = "row";
    found.forEach((keys, n) => {
      if (n) head.append(" / ");
      keys.forEach((key, m) => head.append(...(m ? ["+", cap(key)] : [cap(key)])));
    });
    cell.textContent = text;
    row.append(head, cell);
    return row;
  }

  function list(dialog) {
    const words = dialog.dataset, lines = [], seen = new Set();
    if (rows().length && root.dataset.keys === "on") {
      lines.push(line([["J"]], words.next), line([["K"]], words.previous), line([["Enter"]], words.open));
      if (rows().some((link) => rowOf(link).querySelector("input[type=checkbox]"))) lines.push(line([["X"]], words.tick));
    }
    for (const element of holders().sort((one, other) => inner(one) - inner(other))) {
      const found = ways(element);
      if (!found.length || seen.has(element.dataset.key)) continue;
      seen.add(element.dataset.key);
      lines.push(line(found, name(element)));
    }
    dialog.querySelector("tbody").replaceChildren(...lines);
  }

  function switched(on) {
    root.dataset.keys = on ? "on" : "off";
    remember(root.dataset.keys);
  }

  root.dataset.keys = remembered() === "off" ? "off" : "on";
  const dialog = document.getElementById("keys");
  for (const button of document.querySelectorAll("[data-shows-keys]")) {
    button.hidden = false;
    button.addEventListener("click", () => { list(dialog); dialog.showModal(); });
  }
  for (const one of document.querySelectorAll("kbd[data-mod]")) one.textContent = mod;
  const toggle = dialog?.querySelector("[data-switch]");
  if (toggle) {
    toggle.checked = root.dataset.keys === "on";
    toggle.addEventListener("change", () => switched(toggle.checked));
  }
  /* What went wrong is read first; the browser itself knows only the field that was to be first. */
  const wrong = document.querySelector("main [role=alert]");
  if (wrong) { wrong.tabIndex = -1; wrong.focus(); }
}
