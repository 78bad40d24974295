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
  const rows = [...body.rows].map((row) => [valueOf(row, column), row]);
  rows.sort(([a], [b]) => (a === null || b === null ? compare(a, b) : (up ? 1 : -1) * compare(a, b)));
  body.append(...rows.map(([, row]) => row));
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

const rows = [...document.querySelectorAll("tr[data-entry]")];
const marks = [...document.querySelectorAll("figure a[data-entry]")];

function filter() {
  const text = byId("text").value.trim().toLowerCase();
  const track = byId("track").value, label = byId("label").value;
  const shown = new Set();
  for (const row of rows) {
    const { entry, track: its, labels } = row.dataset;
    row.hidden = !(row.cells[0].textContent.toLowerCase().includes(text) && (!track || track === its)
      && (!label || labels.split(" ").includes(label)));
    if (!row.hidden) { shown.add(entry); }
  }
  for (const mark of marks) { mark.classList.toggle("off", !shown.has(mark.dataset.entry)); }
  const all = new Set(rows.map((row) => row.dataset.entry)).size;
  byId("count").value = `${shown.size} of ${all} entries`;
}

function light(entry, on) {
  for (const one of [...rows, ...marks]) {
    if (one.dataset.entry === entry) { one.classList.toggle("lit", on); }
  }
}

for (const one of [...rows, ...marks]) {
  for (const [event, on] of [["mouseenter", true], ["mouseleave", false], ["focusin", true], ["focusout", false]]) {
    one.addEventListener(event, () => light(one.dataset.entry, on));
  }
}

document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !event.target.closest("input, select")) { byId("text").focus(); event.preventDefault(); }
});
byId("filter").onsubmit = (event) => event.preventDefault();
byId("filter").oninput = filter;
byId("filter").hidden = false;
filter();
