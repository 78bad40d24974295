const byId = (id) => document.getElementById(id);
const episodes = [...document.querySelectorAll("#list button")];
const isFailure = (episode) => episode.dataset.outcome !== "solved";
const SHORT = 3; // an episode of so few steps is shown at once
let at = -1, step = 0;
let isMoved = false; // a page opens where its address says, and not at its first episode

function listed() { return episodes.filter((episode) => !episode.parentElement.hidden); }

function filter() {
  const column = byId("column").value, outcome = byId("outcome").value;
  for (const episode of episodes) {
    const wanted = outcome === "" || outcome === episode.dataset.outcome
      || (outcome === "*" && isFailure(episode));
    episode.parentElement.hidden = !wanted || (column !== "" && column !== episode.dataset.column);
  }
  const left = listed();
  const failures = left.filter(isFailure).length;
  byId("count").value = `${left.length} of ${episodes.length} episodes, ${failures} failed`;
  if (left.length && !left.includes(episodes[at])) { open(left[0]); }
}

function steps() { return [...document.querySelectorAll("#shown .step")]; }

function open(episode, first) {
  if (at >= 0) { episodes[at].removeAttribute("aria-current"); }
  at = episodes.indexOf(episode);
  episode.setAttribute("aria-current", "true");
  if (isMoved) { episode.scrollIntoView({ block: "nearest" }); }
  byId("heading").textContent = [...episode.children].map((part) => part.textContent).join(": ");
  byId("shown").replaceChildren(episode.parentElement.querySelector("template").content.cloneNode(true));
  const all = steps();
  const isShort = all.length <= SHORT;
  byId("steps").hidden = isShort;
  byId("dots").replaceChildren(...(isShort ? [] : all.map((one, number) => {
    const dot = document.createElement("button"), outcome = one.dataset.outcome;
    dot.className = outcome === "correct" ? "correct" : outcome === "none" ? "" : "bad";
    dot.title = `step ${number + 1}: ${outcome.replaceAll("_", " ")}`;
    dot.setAttribute("aria-label", dot.title);
    dot.onclick = () => show(number);
    return dot;
  })));
  // A failure opens where it first went wrong.
  const wrong = all.findIndex((one) => !["correct", "none"].includes(one.dataset.outcome));
  show(first ?? Math.max(0, wrong));
}

function show(number) {
  const all = steps(), dots = [...byId("dots").children];
  const lines = [...document.querySelectorAll("#shown #lines li")];
  step = Math.max(0, Math.min(all.length - 1, number));
  if (dots.length) {
    all.forEach((one, index) => { one.hidden = index !== step; });
    dots.forEach((dot, index) => { dot.toggleAttribute("aria-current", index === step); });
    byId("step").value = `${step + 1} / ${all.length}`;
    const line = Number(all[step].querySelector("section")?.dataset.line);
    lines.forEach((one, index) => { one.classList.toggle("now", index === line); });
  }
  const { column, index } = episodes[at].dataset;
  if (isMoved || location.hash === "") { history.replaceState(null, "", `#${column}/${index}/${step + 1}`); }
}

function move(by, wanted) {
  const left = listed();
  for (let place = left.indexOf(episodes[at]) + by; left[place]; place += by) {
    if (wanted(left[place])) { open(left[place]); return; }
  }
}

const KEYS = {
  n: () => move(1, isFailure), p: () => move(-1, isFailure),
  j: () => move(1, () => true), k: () => move(-1, () => true),
  ArrowLeft: () => show(step - 1), ArrowRight: () => show(step + 1),
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("select")) { return; }
  if (KEYS[event.key]) { KEYS[event.key](); event.preventDefault(); }
});
byId("next").onclick = KEYS.n;
byId("previous").onclick = KEYS.p;
byId("back").onclick = KEYS.ArrowLeft;
byId("on").onclick = KEYS.ArrowRight;
byId("column").onchange = filter;
byId("outcome").onchange = filter;
for (const episode of episodes) { episode.onclick = () => open(episode); }

byId("filters").hidden = byId("run").hidden = false;
const [column, index, first] = decodeURIComponent(location.hash.slice(1)).split("/");
const asked = episodes.find((one) => one.dataset.column === column && one.dataset.index === index);
if (asked) { isMoved = true; open(asked, first ? Number(first) - 1 : undefined); }
filter();
isMoved = true;
