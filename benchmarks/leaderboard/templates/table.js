"use strict";
const byId = (id) => document.getElementById(id);

// The number that a cell begins with; the interval below it does not count.
function valueOf(row, column) {
  const cell = row.cells[column], text = cell.firstChild?.textContent.trim() ?? "";
  if (cell.tagName === "TH" || cell.className === "ties") { return text.toLowerCase(); }
  return text === "" ? null : Number(text.replace("\u2212", "-").replaceAll(",", ""));
}

function compare(first, second) {
  if (first === null || second === null) { return (first === null) - (second === null); }
  return typeof first === "string" ? first.localeCompare(second) : first - second;
}

// Cells without a value stay at the end whichever way a column is sorted.
function sort(table, head) {
  const column = head.cellIndex, heads = head.parentElement.cells, body = table.tBodies[0];
  const isText = column === 0 || body.rows[0]?.cells[column].className === "ties";
  const up = head.ariaSort ? head.ariaSort === "descending" : isText;
  for (const other of heads) { other.removeAttribute("aria-sort"); }
  head.setAttribute("aria-sort", up ? "ascending" : "descending");
  const sorted = [...body.rows].map((row) => [valueOf(row, column), row]);
  sorted.sort(([a], [b]) => (a === null || b === null ? compare(a, b) : (up ? 1 : -1) * compare(a, b)));
  body.append(...sorted.map(([, row]) => row));
}

for (const table of document.querySelectorAll("table.sorted")) {
  for (const head of table.tHead.rows[table.tHead.rows.length - 1].cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.onclick = () => sort(table, head);
  }
}

// What stands for one entry: its rows in two tables, and its marks in two charts.
const link = (one) => (one.matches("a") ? one : one.querySelector("th a")).getAttribute("href");
const rows = [...document.querySelectorAll(".sorted tbody tr")];
const marks = [...document.querySelectorAll("figure a")];
const alike = new Map();
for (const one of [...rows, ...marks]) { alike.set(link(one), [...(alike.get(link(one)) || []), one]); }

function filter() {
  const text = byId("text").value.trim().toLowerCase(), track = byId("track").value, label = byId("label").value;
  let shown = 0;
  for (const ones of alike.values()) {
    const row = ones.find((one) => one.dataset.track), told = row.cells[0].textContent;
    const isShown = told.toLowerCase().includes(text) && (!track || track === row.dataset.track)
      && (!label || told.split(" \u00b7 ").includes(label));
    for (const one of ones) { one.classList.toggle("off", !isShown); }
    shown += isShown;
  }
  byId("count").value = `${shown} of ${alike.size} entries`;
}

for (const ones of alike.values()) {
  for (const one of ones) {
    for (const [event, on] of [["mouseenter", true], ["mouseleave", false], ["focusin", true], ["focusout", false]]) {
      one.addEventListener(event, () => ones.forEach((other) => other.classList.toggle("lit", on)));
    }
  }
}

document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !event.target.closest("input, select")) { byId("text").focus(); event.preventDefault(); }
});
byId("filter").onsubmit = (event) => event.preventDefault();
byId("filter").oninput = filter;
byId("filter").hidden = false;
filter();
