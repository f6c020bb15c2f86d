// @pure
/**
 * The script of listings. The page works without: links sort, the form
 * filters. With it, the filter follows each letter and the keyboard walks
 * through the rows.
 */
export const LISTING_SCRIPT = `
"use strict";
{
  const form = document.querySelector("form");
  const box = form.elements.q;
  const rows = [...document.querySelectorAll("tbody tr")].filter((row) => !row.classList.contains("up"));
  const status = document.querySelector("[role=status]");
  const none = document.querySelector(".none");
  const summary = status.textContent;
  // Whether this page shows all there is; otherwise only the server can look through the rest.
  const complete = !document.querySelector(".pages") && box.value === "";
  const fold = (text) => text.normalize().toLowerCase();
  const names = rows.map((row) => fold(row.querySelector(".name").textContent));

  for (const time of document.querySelectorAll("time")) {
    const at = new Date(time.dateTime);
    const two = (number) => String(number).padStart(2, "0");
    time.textContent = at.getFullYear() + "-" + two(at.getMonth() + 1) + "-" + two(at.getDate()) +
      " " + two(at.getHours()) + ":" + two(at.getMinutes());
    time.title = at.toLocaleString();
  }
  document.querySelector(".utc")?.remove();

  const filter = () => {
    const wanted = fold(box.value);
    let shown = 0;
    rows.forEach((row, index) => {
      row.hidden = !names[index].includes(wanted);
      if (!row.hidden) shown++;
    });
    none.hidden = shown > 0;
    if (rows.length > 0) none.textContent = "Nothing matches";
    status.textContent = shown === rows.length ? summary : shown + " of " + rows.length + " shown" +
      (complete ? "" : ", Enter looks through all pages");
  };
  box.addEventListener("input", filter);
  form.addEventListener("submit", (event) => {
    if (!complete) return;
    event.preventDefault();
    rows.find((row) => !row.hidden)?.querySelector("a").click();
  });

  const links = () => [...document.querySelectorAll("tbody tr:not([hidden]) a")];
  const step = (links, at, key) => {
    switch (key) {
      case "ArrowDown": return Math.min(at + 1, links.length - 1);
      case "ArrowUp": return at - 1;
      case "Home": return 0;
      case "End": return links.length - 1;
    }
  };
  document.addEventListener("keydown", (event) => {
    const { key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const typing = document.activeElement === box;
    if (/^Arrow(?:Up|Down)$/.test(key) || /^(?:Home|End)$/.test(key) && !typing) {
      const all = links();
      const next = step(all, all.indexOf(document.activeElement), key);
      if (next === -1 && typing || next === -2 || all.length === 0) return;
      (next === -1 ? box : all[next]).focus();
      event.preventDefault();
    } else if (key === "Backspace" && (!typing || box.value === "")) {
      const up = document.querySelector(".up a");
      if (!up) return;
      event.preventDefault();
      up.click();
    } else if (key === "Escape") {
      box.value = "";
      filter();
      box.blur();
    } else if (!typing && /^[^\\s]$/u.test(key)) {
      if (key === "/") event.preventDefault();
      box.focus();
    }
  });

  // Who comes back from a folder goes on from there.
  if (document.referrer.startsWith(location.origin + "/")) {
    const left = rows.map((row) => row.querySelector("a[href$='/']")).find((link) => link && document.referrer.startsWith(link.href));
    left?.focus();
  }
}
`;
