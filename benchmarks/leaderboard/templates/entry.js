"use strict";
// The episodes of an entry: which there are, and the one that is looked at. All text is set as
// text, never as HTML, for much of it comes from models.
const files = {}, waiting = {};
function shiftgym(path, data) { files[path] = data; (waiting[path] || [begin])[0](data); }

function load(path) {
  if (path in files) { return Promise.resolve(files[path]); }
  return new Promise((resolve, reject) => {
    waiting[path] = [resolve];
    const script = document.createElement("script");
    script.src = "../" + path.split("/").map(encodeURIComponent).join("/");
    script.onerror = () => reject(new Error(path));
    document.head.append(script);
  });
}

function make(tag, settings, ...children) {
  const isSvg = ["svg", "path", "circle", "text", "g"].includes(tag);
  const made = isSvg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(settings || {})) {
    if (name.startsWith("on")) { made[name] = value; } else if (value !== null) { made.setAttribute(name, value); }
  }
  made.append(...children.flat().filter((child) => child !== null));
  return made;
}

const words = (name) => name.replaceAll("_", " ");
const signed = (number) => (number < 0 ? "\u2212" : "+") + Math.abs(number);
const kind = (outcome) => (outcome === "solved" || outcome === "correct" ? "right" : outcome.startsWith("unreadable") ? "none" : "wrong");

let columns = [], column, at = -1, step = 0, shown = null;
const column_box = make("select", { id: "column", onchange: () => choose(column_box.value) });
const outcome_box = make("select", { id: "outcome", onchange: () => filter() });
const count = make("output", { "aria-live": "polite" });
const all = make("div", { id: "all", role: "listbox", tabindex: 0, "aria-label": "episodes of the column" });
const viewer = make("article", { id: "viewer" });
const keys = make("p", { class: "pale" }, "Keys: ", ["n", "p"].map((key) => make("kbd", {}, key)), " next and previous failure, ",
  ["j", "k"].map((key) => make("kbd", {}, key)), " next and previous episode, ", ["\u2190", "\u2192"].map((key) => make("kbd", {}, key)), " steps; in the grid arrows lead from episode to episode.");

const outcomeOf = (index) => column.names[column.outcomes[index]];
const listed = () => [...all.children].filter((one) => !one.hidden).map((one) => Number(one.dataset.index));

// Of pages that start at these indices, the number of the one with an index, and its start.
function pageOf(starts, index) {
  const number = starts.findLastIndex((start) => start <= index);
  return [number, starts[number]];
}

function choose(name, index = 0, first) {
  column = columns.find((one) => one.name === name) || columns[0];
  column_box.value = column.name;
  const counts = column.names.map((_, number) => column.outcomes.filter((one) => one === number).length);
  const failed = column.outcomes.length - (counts[column.names.indexOf("solved")] || 0);
  outcome_box.replaceChildren(make("option", { value: "" }, "all"), make("option", { value: "*" }, `every failure (${failed})`),
    ...column.names.map((one, number) => make("option", { value: one }, `${words(one)} (${counts[number]})`)));
  all.replaceChildren(...column.outcomes.map((_, number) => make("i", {
    role: "option", id: `e${number}`, "data-index": number, class: kind(outcomeOf(number)),
    title: `${column.name} ${number}: ${words(outcomeOf(number))}`, "aria-label": `${number}: ${words(outcomeOf(number))}`,
    onclick: () => open(number),
  })));
  filter(false);
  return open(Math.min(index, column.outcomes.length - 1), first);
}

function filter(isOpened = true) {
  const wanted = outcome_box.value;
  for (const one of all.children) {
    const outcome = outcomeOf(one.dataset.index);
    one.hidden = wanted !== "" && (wanted === "*" ? outcome === "solved" : outcome !== wanted);
  }
  const left = listed();
  count.value = `${left.length} of ${column.outcomes.length} episodes`;
  if (isOpened && left.length && !left.includes(at)) { open(left[0]); }
}

async function open(index, first) {
  const of = column;
  for (const one of all.querySelectorAll("[aria-selected]")) { one.removeAttribute("aria-selected"); }
  at = index;
  all.children[index].setAttribute("aria-selected", "true");
  all.setAttribute("aria-activedescendant", `e${index}`);
  const top = all.children[index].offsetTop, room = all.clientHeight;
  if (top < all.scrollTop || top > all.scrollTop + room - 20) { all.scrollTop = top - room / 2; }
  const [page, start] = pageOf(of.starts, index);
  try {
    const sceneStarts = await load(`${of.scenes}.js`);
    const [scenePage, sceneStart] = pageOf(sceneStarts, index);
    const [plays, scenes] = await Promise.all([
      load(`${of.folder}/${of.name}-${page}.js`), load(`${of.scenes}-${scenePage}.js`)]);
    const [texts, all_scenes] = scenes, scene = { ...all_scenes[index - sceneStart] };
    for (const name of ["rule", "scoring"]) { if (typeof scene[name] === "number") { scene[name] = texts[scene[name]]; } }
    const play = plays[index - start].map(([done, outcome, ...rest]) => [done, of.kinds[outcome], ...rest]);
    const streets = scene.map ? await load(`data/cities/${scene.map}.js`) : null;
    if (of !== column || index !== at) { return; }
    const outcome = outcomeOf(index);
    const heading = make("h3", { "aria-live": "polite" }, `${of.name} ${index}`, make("span", { class: kind(outcome) }, words(outcome)));
    shown = (scene.cards ? drawCards : drawStreets)(scene, play, streets, of.actions);
    viewer.replaceChildren(heading, shown.drawing, of.prompt ? make("details", {},
      make("summary", {}, `prompt, as of ${of.name} 0`), make("pre", {}, of.prompt)) : "");
    show(first ?? shown.first);
  } catch (error) {
    viewer.replaceChildren(make("p", {}, `This episode cannot be loaded: ${error.message} is missing.`));
  }
}

function show(number) {
  step = Math.max(0, Math.min(shown.steps - 1, number));
  shown.show(step);
  history.replaceState(null, "", `#${column.name}/${at}` + (shown.steps > 1 ? `/${step + 1}` : ""));
}

function said(reply) {
  return reply === undefined ? null : make("details", { open: "" }, make("summary", {}, "reply"), make("pre", {}, reply || "(empty)"));
}

const SUITS = {
  hearts: "M10 18C4 13 1 10 1 6.5 1 3.5 3.2 2 5.3 2 7.3 2 9 3.2 10 5 11 3.2 12.7 2 14.7 2 16.8 2 19 3.5 19 6.5 19 10 16 13 10 18Z",
  diamonds: "M10 1 17 10 10 19 3 10Z",
  spades: "M10 1C14 6 18.5 8.5 18.5 12.3 18.5 15 16.6 16.3 14.7 16.3 13 16.3 11.5 15.4 10.7 14 10.8 16.3 11.6 18 13 19H7C8.4 18 9.2 16.3 9.3 14 8.5 15.4 7 16.3 5.3 16.3 3.4 16.3 1.5 15 1.5 12.3 1.5 8.5 6 6 10 1Z",
  clubs: "M10 1A4.2 4.2 0 0 1 13.5 7.6 4.2 4.2 0 1 1 10.8 13.2C11 15.8 11.7 17.8 13 19H7C8.3 17.8 9 15.8 9.2 13.2A4.2 4.2 0 1 1 6.5 7.6 4.2 4.2 0 0 1 10 1Z",
};

function drawCards(scene, play) {
  const cards = scene.cards.map((name) => {
    const [rank, suit] = name.split(" of ");
    return make("svg", { viewBox: "0 0 50 70", class: `card ${suit}`, role: "img", "aria-label": name },
      make("text", { x: 6, y: 19 }, rank), make("path", { d: SUITS[suit], transform: "translate(5 23) scale(.6)" }),
      make("path", { d: SUITS[suit], transform: "translate(14 33) scale(1.5)" }));
  });
  const rule = ([jack, queen, king]) => `J counts ${jack}, Q ${queen}, K ${king}`;
  const attempts = play.map(([made, outcome, reward, reply]) => make("li", {},
    make("b", {}, made || "no formula"), make("span", { class: kind(outcome) }, `${words(outcome)}, ${signed(reward)}`), said(reply)));
  const drawing = make("div", { class: "table" }, make("div", { class: "hand" }, cards),
    make("div", {}, make("p", { class: "told" }, make("b", {}, `Make ${scene.target}`), `, ${rule(scene.rule)}`,
      scene.scoring ? make("em", {}, ` (scored: ${rule(scene.scoring)})`) : null), make("ol", {}, attempts)));
  return { drawing, steps: 1, first: 0, show: () => {} };
}

const ROOM = 70; // metres around a route
const NEAR = 1; // streets that begin within so many times the map's side are drawn

function drawStreets(scene, play, city, actions) {
  const spots = [...scene.route, ...scene.landmarks.map(([, , x, y]) => [x, y])];
  const [xs, ys] = [0, 1].map((axis) => spots.map((spot) => spot[axis]));
  const middle = [xs, ys].map((all) => (Math.min(...all) + Math.max(...all)) / 2);
  const side = Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys), 200) + 2 * ROOM;
  const left = middle[0] - side / 2, top = middle[1] - side / 2, unit = side / 420;
  const line = (corners) => "M" + corners.map((spot) => spot.join(" ")).join("L");
  const isNear = (x, y) => Math.abs(x - middle[0]) < NEAR * side && Math.abs(y - middle[1]) < NEAR * side;
  const streets = (city ? city.streets : []).filter((street) => {
    for (let i = 0; i < street.length; i += 2) { if (isNear(street[i], street[i + 1])) { return true; } }
    return false;
  }).map((street) => line(street.reduce((corners, _, i) => (i % 2 ? corners : [...corners, street.slice(i, i + 2)]), []))).join("");
  const label = (told, x, y) => {
    const isRight = x > middle[0] + side / 5;
    return make("text", { x: x + (isRight ? -9 : 9) * unit, y: y + 4 * unit, "font-size": 12 * unit, class: isRight ? "end" : "" }, told);
  };
  const last = scene.route[scene.route.length - 1];
  const judged = new Map();
  for (const [[point], outcome] of play) { judged.set(point, outcome); }
  const points = scene.points.map(([x, y], number) => make("circle", { cx: x, cy: y, r: 3.5 * unit, class: kind(judged.get(number) || "unreadable") }));
  const walker = make("path", { class: "walker", d: "M0-13 8 8 0 4-8 8Z" });
  const map = make("svg", { viewBox: `${left} ${top} ${side} ${side}`, class: "map", role: "img",
    "aria-label": `Map of the route from ${scene.from} to ${scene.to}, ${scene.city}, north up` },
    make("path", { class: "street", d: streets, "stroke-width": 7 * unit }), make("path", { class: "route", d: line(scene.route), "stroke-width": 3.5 * unit }),
    points, scene.landmarks.map(([, , x, y]) => make("circle", { cx: x, cy: y, r: 4 * unit, class: "place" })),
    make("g", { "stroke-width": 3 * unit }, scene.landmarks.map(([name, , x, y]) => label(name, x, y)), label(`start: ${scene.from}`, scene.route[0][0], scene.route[0][1] + 14 * unit)), walker);
  const lines = scene.lines.map((one) => make("li", {}, one));
  const dots = play.map(([, outcome], number) => make("button", { type: "button", class: kind(outcome), title: `step ${number + 1}: ${words(outcome)}`,
    "aria-label": `step ${number + 1}: ${words(outcome)}`, onclick: () => show(number) }));
  const now = make("div", { "aria-live": "polite" });
  const drawing = make("div", { class: "walk" }, make("div", {}, map, make("p", { class: "pale" }, city && city.credit ? city.credit : `${scene.city}, north up`)),
    make("div", {}, make("p", { class: "told" }, make("b", {}, `${scene.from} to ${scene.to}, ${scene.city}`)),
      make("details", {}, make("summary", {}, "rule"), make("p", {}, scene.rule), scene.scoring ? make("p", {}, make("em", {}, `Scored: ${scene.scoring}`)) : null),
      make("ol", { class: "lines" }, lines), make("div", { class: "dots" }, dots), now));
  const wrong = play.findIndex(([, outcome]) => outcome !== "correct");
  const showStep = (number) => {
    const [[point, action], outcome, reward, reply] = play[number];
    const [x, y, heading, followed, right, seen] = scene.points[point];
    walker.setAttribute("transform", `translate(${x} ${y}) rotate(${heading}) scale(${unit})`);
    lines.forEach((one, index) => one.classList.toggle("now", index === followed));
    dots.forEach((dot, index) => dot.toggleAttribute("aria-current", index === number));
    now.replaceChildren(make("p", {}, make("b", {}, actions[action] || "no action"), make("span", { class: kind(outcome) }, `${words(outcome)}, ${signed(reward)}`),
      outcome === "correct" ? null : make("span", { class: "none" }, `right: ${actions[right]}`)),
      make("p", { class: "pale" }, `Step ${number + 1} of ${play.length}, heading ${heading}\u00b0. ${seen || "Nothing in sight."}`), said(reply) || "");
  };
  return { drawing, steps: play.length, first: Math.max(0, wrong), show: showStep };
}

function move(by, isWanted) {
  const left = listed();
  for (let place = left.indexOf(at) + by; left[place] !== undefined; place += by) {
    if (isWanted(left[place])) { open(left[place]); return; }
  }
}

const isFailure = (index) => outcomeOf(index) !== "solved";
const KEYS = {
  n: () => move(1, isFailure), p: () => move(-1, isFailure), j: () => move(1, () => true), k: () => move(-1, () => true),
  ArrowLeft: () => shown && show(step - 1), ArrowRight: () => shown && show(step + 1),
};
const IN_LIST = { ArrowLeft: KEYS.k, ArrowUp: KEYS.k, ArrowRight: KEYS.j, ArrowDown: KEYS.j, Home: () => open(listed()[0]), End: () => open(listed().at(-1)) };
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("select, .wide")) { return; }
  const act = (event.target === all && IN_LIST[event.key]) || KEYS[event.key];
  if (act && columns.length) { act(); event.preventDefault(); }
});

function asked() {
  const [name, index, first] = decodeURIComponent(location.hash.slice(1)).split("/");
  return columns.some((one) => one.name === name) ? [name, Number(index) || 0, first ? Number(first) - 1 : undefined] : null;
}

// In the table of columns each name leads to its episodes; a table that is too wide scrolls by keys.
function link() {
  for (const head of document.querySelectorAll(".wide tbody th")) {
    head.replaceChildren(make("a", { href: `#${head.textContent.trim()}/0` }, head.textContent.trim()));
  }
  for (const one of document.querySelectorAll(".wide")) { one.tabIndex = 0; one.role = "region"; one.ariaLabel = "columns"; }
}

function begin(told) {
  columns = told;
  link();
  column_box.replaceChildren(...columns.map((one) => make("option", {}, one.name)));
  document.getElementById("episodes").append(make("form", { onsubmit: (event) => event.preventDefault() },
    make("label", {}, "Column ", column_box), make("label", {}, "Outcome ", outcome_box), count), all,
    make("p", { class: "pale key" }, make("span", {}, make("i", { class: "right" }), " solved"), make("span", {}, make("i", { class: "wrong" }), " failed"),
      make("span", {}, make("i", { class: "none" }), " unreadable")), viewer, keys);
  const go = () => { const wanted = asked(); if (wanted) { choose(...wanted).then(() => viewer.scrollIntoView({ block: "nearest" })); } };
  if (asked()) { go(); } else { choose(columns[0].name); }
  window.addEventListener("hashchange", go);
}
