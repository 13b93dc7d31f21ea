// The studio's one script: state of the hands (sliders, situation), undo, drafts, pictures, jobs. No outside code.
//
// One wish is in flight at a time; while it is, only the newest further wish is kept. An answer is drawn only if it belongs
// to what is set now, or is a frame of the drag under way (same date, scenario, situation; only the held slider has moved
// on), and then it is labelled with the value that it belongs to. Uncertified answers are never drawn.

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const SVG = "http://www.w3.org/2000/svg";

const ready = async () => {
  const answer = await fetch("/api/ready").catch(() => null);
  return answer && answer.ok ? answer.json() : { stage: "gone", content: "" };
};

if (document.body.hasAttribute("data-broken")) { // mistakes in the case: look again until a file has changed
  const look = async () => {
    const { stage, content } = await ready();
    if (stage !== "gone" && content !== document.body.dataset.broken) location.reload();
    else setTimeout(look, 700);
  };
  setTimeout(look, 700);
} else if (document.body.hasAttribute("data-opening")) {
  const look = async () => {
    const { stage } = await ready();
    if (stage === "reading") setTimeout(look, 60);
    else if (stage !== "gone") location.reload();
    else setTimeout(look, 500);
  };
  setTimeout(look, 40);
} else if (document.body.dataset.page) {
  start(JSON.parse(document.body.dataset.page));
}

function start(page) {
  const words = (key, values = {}) =>
    (page.words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  const random = () => Array.from(crypto.getRandomValues(new Uint8Array(8)), (b) => b.toString(16).padStart(2, "0")).join("");
  const client = random();
  const view = structuredClone(page.view);
  const series = page.theme.series;

  // ---- small helpers ---------------------------------------------------------------------------------------------

  const percent = (x) => (x === null || x === undefined ? "–" : x > 0 && x < 0.005 ? words("under") : x < 1 && x > 0.995 ? words("over") : `${Math.round(100 * x)} %`.replace("-", "−"));
  const number = (x) => (x === null || x === undefined ? "–" : String(Number(x.toPrecision(2))).replace("-", "−"));
  const reading = (x) => String(Number(x.toPrecision(3))).replace("-", "−");
  const say = (text) => { $("[data-say]").textContent = text; };
  const html = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children);
    return node;
  };
  const svg = (tag, attributes = {}, ...children) => {
    const node = document.createElementNS(SVG, tag);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children);
    return node;
  };

  async function post(path, data) {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(data),
    });
    const found = await answer.json().catch(() => ({ problems: [{ what: answer.statusText }] }));
    if (answer.status === 409) {
      tellChanged();
      throw new Error($("[data-changed]").firstChild.textContent.trim());
    }
    if (found.problems) {
      const told = found.problems.map((p) => [p.what, p.expected && `expected: ${p.expected}`, p.hint].filter(Boolean).join("; "));
      throw new Error(told.join(" · "));
    }
    return { found, status: answer.status };
  }

  // ---- the view as a link ------------------------------------------------------------------------------------------

  function query(of = view) {
    const pairs = new URLSearchParams({ date: of.date });
    if (of.scenario) pairs.append("scenario", of.scenario);
    if (of.package) pairs.append("package", of.package);
    for (const [name, value] of Object.entries(of.set)) pairs.append("set", `${name}:${value}`);
    for (const [name, value] of Object.entries(of.at)) pairs.append("at", `${name}:${value}`);
    return pairs.toString();
  }

  function parse(text) {
    const pairs = new URLSearchParams(text);
    const found = { date: pairs.get("date") ?? "", scenario: pairs.get("scenario") ?? "", package: pairs.get("package") ?? "", set: {}, at: {} };
    for (const pair of pairs.getAll("set")) found.set[pair.split(":")[0]] = Number(pair.slice(pair.indexOf(":") + 1));
    for (const pair of pairs.getAll("at")) found.at[pair.split(":")[0]] = pair.slice(pair.indexOf(":") + 1);
    return found;
  }

  const sameGround = (a, b) => a.date === b.date && a.scenario === b.scenario && a.package === b.package;

  function showLink() {
    const extra = [...new URLSearchParams(location.search)].filter(([k]) => !["date", "scenario", "package", "set", "at"].includes(k));
    const rest = new URLSearchParams(extra).toString();
    history.replaceState(null, "", `${location.pathname}?${query()}${rest ? `&${rest}` : ""}${location.hash}`);
    for (const link of $$("[data-view]")) link.href = `/${link.dataset.view}?${query()}`;
    for (const link of $$("[data-keep]")) {
      const visit = new URL(link.href).searchParams.get("visit");
      link.href = `${new URL(link.href).pathname}?${query()}&visit=${visit}`;
    }
  }

  // ---- files that change under the page --------------------------------------------------------------------------

  function tellChanged() { $("[data-changed]").hidden = false; }

  async function lookAtFiles() {
    if (document.visibilityState === "visible") {
      const { content } = await ready();
      if (content && content !== page.content) { tellChanged(); return; }
    }
    setTimeout(lookAtFiles, 3000);
  }
  setTimeout(lookAtFiles, 3000);

  // ---- undo and draft ------------------------------------------------------------------------------------------------

  let tab = sessionStorage.getItem("detente-tab") ?? random(); // a draft belongs to one tab
  sessionStorage.setItem("detente-tab", tab);
  const others = new BroadcastChannel("detente-tabs"); // a tab that was duplicated has its twin's name: it takes another
  others.addEventListener("message", ({ data }) => {
    if (data.tab !== tab || data.client === client) return;
    if (data.mine) { tab = random(); sessionStorage.setItem("detente-tab", tab); }
    else others.postMessage({ tab, client, mine: true });
  });
  others.postMessage({ tab, client, mine: false });

  const left = page.draft && page.draft.history[page.draft.position] === query() ? page.draft : null; // after a crash
  const draft = JSON.parse(sessionStorage.getItem("detente-draft")) ?? left ?? { history: [query()], position: 0 };
  if (draft.history[draft.position] !== query()) { // a link was followed: it becomes the newest step
    draft.history = [...draft.history.slice(0, draft.position + 1), query()];
    draft.position = draft.history.length - 1;
  }
  const edited = () => Object.keys(view.set).length + Object.keys(view.at).length;
  let keeping = Promise.resolve();

  function keep() {
    const body = { history: draft.history.slice(-100), position: 0 };
    body.position = Math.max(0, draft.position - (draft.history.length - body.history.length));
    sessionStorage.setItem("detente-draft", JSON.stringify(body));
    keeping = keeping.then(() => post("/api/draft", { tab, ...body })).catch((error) => say(error.message));
    return keeping;
  }

  function tellOtherDrafts() {
    const list = page.drafts.filter((d) => d.tab !== tab && !draft.history.includes(d.query) && /(^|&)(set|at)=/.test(d.query));
    $("[data-drafts]").hidden = list.length === 0;
    $("[data-drafts] ul").replaceChildren(...list.map((d) => html("li", {}, html("a", { href: `/${page.name}?${d.query}` }, words("draft_of", { time: new Date(d.time).toLocaleString() })))));
  }

  function tellDraft() {
    const line = $("[data-draftline]");
    line.hidden = edited() === 0;
    line.textContent = words("draft", { count: edited() });
    const labels = { undo: draft.position > 0, redo: draft.position < draft.history.length - 1, reset: edited() > 0 };
    for (const [name, on] of Object.entries(labels)) $(`[data-do="${name}"]`).setAttribute("aria-disabled", String(!on));
  }

  function commit() { // one step of undo
    const now = query();
    if (draft.history[draft.position] === now) return;
    draft.history = [...draft.history.slice(0, draft.position + 1), now];
    draft.position = draft.history.length - 1;
    showLink();
    tellDraft();
    keep();
  }

  async function travel(step) {
    const to = draft.position + step;
    if (to < 0 || to >= draft.history.length) {
      say(words(step < 0 ? "nothing" : "nothing_redo"));
      return;
    }
    draft.position = to;
    const found = parse(draft.history[to]);
    if (!sameGround(found, view)) {
      await keep();
      location.assign(`${location.pathname}?${draft.history[to]}`);
      return;
    }
    adopt(found);
    keep();
    say(words(step < 0 ? "undone" : "redone"));
  }

  function adopt(found) {
    view.set = found.set;
    view.at = found.at;
    for (const input of $$('input[type="range"]')) show(input.name, view.set[input.name] ?? page.defaults[input.name]);
    for (const input of $$("[data-at-variable]")) {
      const name = input.dataset.atVariable;
      input.checked = input.value === (view.at[name] ?? page.situation[name]);
    }
    showLink();
    tellDraft();
    held = "";
    wish("full");
  }

  // ---- sliders -------------------------------------------------------------------------------------------------------

  let held = ""; // the slider that is being dragged
  let resting = 0;

  function show(name, value) {
    for (const input of $$(`input[type="range"][name="${CSS.escape(name)}"]`)) {
      input.value = String(value);
      input.setAttribute("aria-valuetext", reading(value));
      input.closest(".slider").classList.toggle("moved", Math.abs(value - page.defaults[name]) > 1e-12);
    }
    for (const output of $$(`[data-value="${CSS.escape(name)}"]`)) output.textContent = reading(value);
  }

  function move(input, value) {
    const low = Number(input.min), high = Number(input.max), name = input.name;
    const near = Math.min(high, Math.max(low, value));
    if (Math.abs(near - page.defaults[name]) < 1e-12) delete view.set[name];
    else view.set[name] = Number(near.toPrecision(6)) > high ? high : Math.max(low, Number(near.toPrecision(6)));
    show(name, view.set[name] ?? page.defaults[name]);
    held = name;
    clearTimeout(resting);
    wish("light", performance.now());
  }

  for (const input of $$('input[type="range"]')) {
    show(input.name, view.set[input.name] ?? page.defaults[input.name]);
    input.addEventListener("input", () => move(input, Number(input.value)));
    input.addEventListener("change", () => { commit(); rest(); });
    input.addEventListener("keydown", (event) => {
      const step = Number(input.dataset.step);
      const by = { ArrowLeft: -step, ArrowDown: -step, ArrowRight: step, ArrowUp: step, PageDown: -10 * step, PageUp: 10 * step }[event.key];
      const to = { Home: Number(input.min), End: Number(input.max) }[event.key] ?? (by === undefined ? undefined : Number(input.value) + by);
      if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      move(input, to);
      clearTimeout(move.timer);
      move.timer = setTimeout(() => { commit(); rest(); }, 350);
    });
    input.addEventListener("dblclick", () => { move(input, page.defaults[input.name]); commit(); rest(); });
  }

  function rest() {
    clearTimeout(resting);
    resting = setTimeout(() => { held = ""; wish("full"); }, 150);
  }

  for (const input of $$("[data-at-variable]")) {
    input.addEventListener("change", () => {
      const name = input.dataset.atVariable;
      if (input.value === page.situation[name]) delete view.at[name];
      else view.at[name] = input.value;
      held = "";
      commit();
      wish("full");
    });
  }

  // ---- one wish in flight, the newest next ---------------------------------------------------------------------------

  const target = $("[data-pictures]") ? "numbers" : $("[data-map]") ? "map" : "";
  let flying = null, next = null, serial = 0;

  const rows = () => $("[data-map]")?.dataset.rows;

  function wish(want, since = performance.now()) {
    if (!target) return;
    next = { want, since, serial: ++serial, view: structuredClone(view), rows: rows(), held };
    busy(true);
    fly();
  }

  async function fly() {
    if (!next || flying?.want === "light") return; // a light answer is soon there; a full one gives way to a newer wish
    const asked = flying = next;
    next = null;
    try {
      const path = target === "map" ? "/api/map" : "/api/solve";
      const data = { client, content: page.content, view: asked.view, want: asked.want, rows: asked.rows };
      const { found, status } = await post(path, data);
      if (status === 503) { // the case is still being solved for the first time
        setTimeout(() => { if (!next) wish("full"); }, 120);
      } else if (found.superseded) { // by an older wish that came later
        if (asked.serial === serial) wish(asked.want, asked.since);
      } else if (mayShow(asked)) draw(found, asked);
    } catch (error) {
      if (mayShow(asked)) fail(error instanceof TypeError ? words("gone") : words("failed", { what: error.message }));
    } finally {
      if (flying === asked) flying = null;
      if (next) fly();
    }
  }

  function mayShow(asked) { // never an answer to something else than what is set, or than a frame of the drag under way
    if (asked.serial === serial || (asked.rows === rows() && query(asked.view) === query(view))) return true;
    if (!held || asked.held !== held || asked.want !== "light") return false;
    const now = structuredClone(view), then = structuredClone(asked.view);
    delete now.set[held];
    delete then.set[held];
    return query(now) === query(then);
  }

  function busy(on) {
    for (const node of $$("[data-pictures], [data-map], [data-compare]")) node.setAttribute("aria-busy", String(on));
  }

  function fail(text) {
    busy(false);
    for (const node of $$("[data-pictures], [data-map]")) node.classList.add("void");
    const line = $("[data-state]");
    line.className = "state bad";
    line.textContent = text;
  }

  function draw(found, asked) {
    const newest = asked.serial === serial;
    if (newest) busy(false);
    const line = $("[data-state]");
    if (!found.certified) {
      fail(words("uncertified", { status: found.status ?? "", try: found.try ?? "" }));
      return;
    }
    for (const node of $$("[data-pictures], [data-map]")) node.classList.remove("void");
    line.className = "state good";
    line.textContent = words("solved", { residual: found.residual.toExponential(0) });
    if (target === "map") drawMap(found);
    else {
      drawPictures(found, asked);
      if (asked.want === "full" && newest) { answers(found); checkBranch(asked); }
    }
    document.body.dataset.shown = query(asked.view);
    requestAnimationFrame(() => {
      performance.measure("slider-to-chart", { start: asked.since, end: performance.now() });
    });
  }

  async function checkBranch(asked) {
    try {
      const { found } = await post("/api/solve", { client, content: page.content, view: asked.view, want: "branch" });
      if (asked.serial !== serial || !found.checked) return;
      const line = $("[data-state]");
      line.textContent += ` ${words(found.same ? "same_branch" : "other_branch")}`;
      if (!found.same) line.className = "state warn";
    } catch { /* the page has moved on or the studio was closed; the next wish says so */ }
  }

  // ---- pictures --------------------------------------------------------------------------------------------------------

  const spread = JSON.parse($("[data-spread]")?.dataset.spread ?? "null");

  function frameOf(node, height) {
    const width = Math.max(260, Math.round(node.clientWidth || 480));
    let root = $("svg", node);
    if (!root || root.dataset.width !== String(width)) {
      root = svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "data-width": width });
      node.replaceChildren(root);
    }
    return { root, width, height };
  }

  function curves(node, sets, alt, bands = null) {
    const { root, width, height } = frameOf(node, node.clientWidth < 420 ? 170 : 210);
    const box = { left: 40, right: 12, top: 10, bottom: 34 };
    const years = sets.find((s) => s.years)?.years ?? [0, 20];
    const last = years[years.length - 1];
    const x = (t) => box.left + ((width - box.left - box.right) * t) / last;
    const y = (p) => box.top + (height - box.top - box.bottom) * (1 - p);
    const parts = [];
    for (const p of [0, 0.25, 0.5, 0.75, 1]) {
      parts.push(svg("line", { x1: x(0), x2: x(last), y1: y(p), y2: y(p), class: "grid" }));
      parts.push(svg("text", { x: box.left - 6, y: y(p) + 4, "text-anchor": "end", class: "tick" }, `${100 * p} %`));
    }
    for (let t = 0; t <= last; t += 5) parts.push(svg("text", { x: x(t), y: height - 18, "text-anchor": "middle", class: "tick" }, String(t)));
    parts.push(svg("text", { x: x(last), y: height - 4, "text-anchor": "end", class: "axis" }, words("years")));
    for (const [key, color] of [["risk_curve", 1], ["peace_curve", 0]]) {
      const rows = bands?.[key];
      if (!rows) continue;
      const up = rows.map((r) => `${x(r[0])},${y(r[3])}`), down = rows.map((r) => `${x(r[0])},${y(r[1])}`).reverse();
      parts.push(svg("polygon", { points: [...up, ...down].join(" "), fill: series[color], "fill-opacity": 0.16 }));
    }
    sets.forEach((set, n) => {
      for (const [key, color] of [["war", 1], ["peace", 0]]) {
        if (!set[key]) continue;
        const d = set[key].map((p, k) => `${k ? "L" : "M"}${x(set.years[k]).toFixed(1)} ${y(p).toFixed(1)}`).join("");
        const dash = n ? "7 4" : key === "peace" ? "none" : "none";
        parts.push(svg("path", { d, fill: "none", stroke: series[color], "stroke-width": n ? 2 : 2.6, "stroke-dasharray": dash, class: `curve ${key}`, "data-curve": key }));
        const at = set.years.findIndex((t) => t >= last * (key === "war" ? 0.55 : 0.8));
        if (!n) parts.push(key === "war"
          ? svg("rect", { x: x(set.years[at]) - 4, y: y(set[key][at]) - 4, width: 8, height: 8, fill: series[color] })
          : svg("circle", { cx: x(set.years[at]), cy: y(set[key][at]), r: 4.5, fill: series[color] }));
      }
    });
    root.replaceChildren(...parts);
    root.setAttribute("aria-label", alt);
  }

  function bars(node, rows, title) { // rows: {name, values: [one or two], band}
    const wide = node.clientWidth >= 420;
    const many = Math.max(...rows.map((r) => r.values.length));
    const step = many > 1 ? 34 : 21;
    const { root, width, height } = frameOf(node, rows.length * step + 26);
    root.setAttribute("height", rows.length * step + 26);
    root.setAttribute("viewBox", `0 0 ${width} ${rows.length * step + 26}`);
    const left = wide ? 190 : 116, right = 52;
    const all = rows.flatMap((r) => [...r.values, ...(r.band ?? [])]).filter((v) => v !== null && v !== undefined);
    const low = Math.min(0, ...all), high = Math.max(0, ...all), span = high - low || 1;
    const x = (v) => left + ((width - left - right) * (v - low)) / span;
    const parts = [];
    rows.forEach((row, n) => {
      const middle = n * step + step / 2 + 2;
      const letters = wide ? 30 : 17;
      const text = row.name.length > letters ? `${row.name.slice(0, letters - 1)}…` : row.name;
      const label = svg("text", { x: left - 10, y: middle + 4, "text-anchor": "end", class: "row" }, text);
      if (text !== row.name) label.append(svg("title", {}, row.name));
      parts.push(label);
      if (row.band) parts.push(svg("line", { x1: x(row.band[0]), x2: x(row.band[1]), y1: middle + 9, y2: middle + 9, class: "bandline" }));
      row.values.forEach((value, k) => {
        if (value === null || value === undefined) return;
        const y = middle - (many > 1 ? 11 : 6) + k * 12;
        const bar = { x: Math.min(x(0), x(value)), y, width: Math.max(1, Math.abs(x(value) - x(0))), height: many > 1 ? 9 : 12 };
        parts.push(svg("rect", { ...bar, class: value < 0 ? "bar minus" : "bar plus", fill: k ? "white" : series[value < 0 ? 1 : 0], stroke: series[value < 0 ? 1 : 0], "data-bar": row.id }));
        parts.push(svg("text", { x: Math.max(x(0), x(value)) + 5, y: y + (many > 1 ? 8 : 10), class: "tick" }, number(value)));
      });
    });
    parts.push(svg("line", { x1: x(0), x2: x(0), y1: 2, y2: rows.length * step + 4, class: "zero" }));
    parts.push(svg("text", { x: x(0), y: rows.length * step + 18, "text-anchor": "middle", class: "tick" }, "0"));
    root.replaceChildren(...parts);
    root.setAttribute("aria-label", words("bars", { title, points: rows.map((r) => `${r.name} ${r.values.map(number).join(", ")}`).join("; ") }));
  }

  function curveWords(found) {
    const told = [];
    if (found.war) told.push(words("war", { one: percent(found.risk["1"]), five: percent(found.risk["5"]), ten: percent(found.risk["10"]) }));
    else told.push(words("at_war"));
    told.push(words("peace", { five: percent(found.peace_by["5"]), ten: percent(found.peace_by["10"]), twenty: percent(found.peace_by["20"]) }));
    return told.join(" ");
  }

  function drawPictures(found, asked) {
    const root = $("[data-pictures]");
    const told = curveWords(found);
    const plain = Object.keys(view.at).length === 0 && spread?.scenario === view.scenario;
    curves($('[data-draw="curves"]', root), [found], told, plain ? spread?.curves : null);
    for (const node of $$("[data-band-key], [data-band-key-text]", root)) node.hidden = !(plain && spread);
    $("[data-at]", root).textContent = asked.held ? words("at", { name: page.labels[asked.held], value: reading(asked.view.set[asked.held] ?? page.defaults[asked.held]) }) : "";
    $("[data-onepoint]", root).hidden = Boolean(plain && spread);
    $("[data-package]", root).textContent = page.packages.length > 1 && found.package ? `(${found.package.replaceAll("_", " ")})` : "";
    const end = page.packages.length > 1 ? `.${found.package}` : "";
    for (const [key, id] of [["gain", "gain_from_settling"], ["delay", "delay"]]) {
      const node = $(`[data-draw="${key}"]`, root);
      if (!found[key]) { node.replaceChildren(html("p", { class: "quiet" }, words("settled"))); continue; }
      const band = (actor) => { const q = plain && spread?.numbers[`${id}.${actor}${end}`]; return q && q[0] !== null ? [q[0], q[2]] : null; };
      const rows = Object.entries(found[key]).map(([actor, value]) => ({ id: actor, name: page.actors[actor], values: [value], band: band(actor) }));
      bars(node, rows, $("figcaption", node.parentElement).firstChild.textContent.trim());
    }
  }

  function shown(answer) {
    if (answer.value === null) return "–";
    if (answer.unit === "probability" || answer.unit === "share") return percent(answer.value);
    return `${number(answer.value)} ${answer.unit}`;
  }

  function answers(found) {
    for (const body of $$("[data-parts]")) {
      const parts = found.parts?.[body.dataset.parts] ?? {};
      for (const row of $$("[data-term]", body)) $("[data-worth]", row).textContent = number(parts[row.dataset.term]);
    }
    const table = $("[data-answers] tbody");
    if (!table || !found.answers) return;
    const plain = Object.keys(view.at).length === 0 && spread?.scenario === view.scenario;
    let group = "";
    table.replaceChildren(...found.answers.flatMap((a) => {
      const head = a.title === group ? [] : [html("tr", { class: "group" }, html("th", { colspan: 4, scope: "rowgroup" }, a.title))];
      group = a.title;
      const q = plain ? spread?.numbers[a.id] : null;
      const unit = (v) => shown({ ...a, value: v });
      const remarks = [a.reasons_decide && words("choice"), a.not_record && words("not_record")].filter(Boolean).join("; ");
      return [...head, html("tr", { "data-id": a.id }, html("th", { scope: "row" }, a.label), html("td", { class: "num" }, shown(a)),
        html("td", {}, q && q[0] !== null ? `${unit(q[0])} – ${unit(q[2])}` : words("no_spread")), html("td", {}, remarks))];
    }));
  }

  // ---- map -------------------------------------------------------------------------------------------------------------

  const plain = (text) => text.replaceAll("_", " ");

  function drawMap(found) {
    const node = $('[data-draw="map"]');
    const columns = found.columns, rows = found.rows;
    const wide = node.clientWidth >= 480;
    const left = wide ? 156 : 92, cell = Math.max(50, ((node.clientWidth || 480) - left - 6) / columns.length), tall = 58;
    const { root, width } = frameOf(node, rows.length * tall + 40);
    const height = rows.length * tall + 40;
    root.setAttribute("height", height);
    root.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const cx = (c) => left + cell * (c + 0.5), cy = (r) => 30 + tall * (r + 0.5);
    const parts = [], most = Math.max(...found.spent.flat(), 1e-9);
    columns.forEach((name, c) => parts.push(svg("text", { x: cx(c), y: 18, "text-anchor": "middle", class: "row" }, plain(name))));
    const told = [];
    rows.forEach((name, r) => {
      const text = plain(name), half = wide ? 99 : text.length > 13 ? text.lastIndexOf(" ", 13) : 99;
      const label = svg("text", { x: left - 10, y: cy(r) + (half < 99 ? -2 : 4), "text-anchor": "end", class: "row" });
      for (const [k, piece] of (half < 99 && half > 0 ? [text.slice(0, half), text.slice(half + 1)] : [text]).entries()) label.append(svg("tspan", { x: left - 10, dy: k ? 15 : 0 }, piece));
      parts.push(label);
      columns.forEach((column, c) => {
        const inside = found.counts[r][c] > 0;
        const label = words(inside ? "cell" : "unreached", { column: plain(column), row: text, years: number(found.spent[r][c]) });
        if (found.spent[r][c] > 0.05) told.push(label);
        parts.push(svg("rect", { x: left + cell * c + 2, y: 30 + tall * r + 2, width: cell - 4, height: tall - 4, rx: 5, class: inside ? "cell" : "cell out" }));
        if (inside) {
          const size = Math.sqrt(found.spent[r][c] / most) * (tall / 2 - 7);
          const dot = svg("circle", { cx: cx(c), cy: cy(r), r: Math.max(found.spent[r][c] > 0 ? 1.5 : 0, size), fill: series[0], "fill-opacity": 0.75 });
          dot.append(svg("title", {}, label));
          parts.push(dot);
        }
      });
    });
    const [hc, hr] = found.here;
    const drawn = [["war", 1, 7], ["peace", 2, -7]].filter(([key]) => found.paths[key]?.steps.length);
    for (const [key, color, off] of drawn) {
      const cells = [[hc, hr], ...found.paths[key].steps.map((s) => s.cell)].filter((p, k, list) => !k || p.join() !== list[k - 1].join());
      const d = cells.map(([c, r], k) => `${k ? "L" : "M"}${(cx(c) + off).toFixed(1)} ${(cy(r) + off).toFixed(1)}`).join("");
      const [ec, er] = cells[cells.length - 1];
      parts.push(svg("path", { d, class: "way", stroke: series[color], "stroke-dasharray": key === "war" ? "none" : "6 4" }));
      if (cells.length > 1) parts.push(key === "war"
        ? svg("rect", { x: cx(ec) + off - 5, y: cy(er) + off - 5, width: 10, height: 10, fill: series[color] })
        : svg("circle", { cx: cx(ec) + off, cy: cy(er) + off, r: 5.5, fill: series[color] }));
    }
    parts.push(svg("circle", { cx: cx(hc), cy: cy(hr), r: tall / 2 - 5, class: "here" }));
    parts.push(svg("text", { x: cx(hc), y: cy(hr) + tall / 2 - 7, "text-anchor": "middle", class: "tick strong halo" }, words("now")));
    root.replaceChildren(...parts);
    root.setAttribute("aria-label", told.join("; "));
    $("[data-next]").replaceChildren(...nextMoves(found.next));
    $("[data-paths]").replaceChildren(...ways(found.paths));
  }

  function time(years) {
    if (years === null) return "–";
    if (years < 0.12) return words("day", { n: Math.max(1, Math.round(years * 365)) });
    return years < 1.5 ? words("month", { n: Math.round(years * 12) }) : words("year", { n: Number(years.toPrecision(2)) });
  }

  function nextMoves(next) {
    const list = html("ul", { class: "moves" }, ...next.moves.map((m) => {
      const meter = svg("svg", { viewBox: "0 0 100 8", class: "meter", "aria-hidden": "true", preserveAspectRatio: "none" }, svg("rect", { x: 0, y: 1, width: 100 * m.share, height: 6, fill: series[0] }));
      return html("li", {}, html("span", { class: "share" }, percent(m.share)), meter, html("span", {}, html("b", {}, m.who || words("nature")), ` ${m.what} `, html("small", {}, m.changes.join(", "))));
    }));
    return [html("p", { class: "quiet" }, words("wait", { time: time(next.wait) })), list, html("p", { class: "quiet" }, next.others > 0.005 ? words("others", { share: percent(next.others) }) : "")];
  }

  function ways(paths) {
    return Object.entries(paths).map(([key, way]) => {
      const steps = way.steps.map((s) => html("li", {}, html("b", {}, s.who || words("nature")), ` ${s.what} `, html("small", {}, s.changes.join(", "))));
      const head = html("h3", {}, html("span", { class: `way-key ${key}`, "aria-hidden": "true" }), words(`way_${key}`));
      return html("div", { class: "way-told" }, head, ...(steps.length ? [html("ol", {}, ...steps), html("p", { class: "quiet" }, words("way", { share: percent(way.chance) }))] : [html("p", {}, words("no_way"))]));
    });
  }

  $("[data-map-rows]")?.addEventListener("change", (event) => { $("[data-map]").dataset.rows = event.target.value; wish("full"); });

  // ---- compare ---------------------------------------------------------------------------------------------------------

  async function compare() {
    const root = $("[data-compare]");
    if (!root) return;
    const sides = JSON.parse(root.dataset.compare), line = $("[data-state]", root);
    let found;
    try {
      ({ found } = await post("/api/compare", { client, content: page.content, ...sides }));
    } catch (error) {
      line.className = "state bad";
      line.textContent = words("failed", { what: error.message });
      return;
    }
    root.setAttribute("aria-busy", "false");
    const { a, b } = found;
    const bad = [a, b].find((s) => !s.certified);
    if (bad) {
      line.className = "state bad";
      line.textContent = words("uncertified", { status: bad.status ?? "", try: bad.try ?? "" });
      return;
    }
    line.className = "state good";
    line.textContent = words("solved", { residual: Math.max(a.residual, b.residual).toExponential(0) });
    const told = `${root.dataset.a}: ${curveWords(a)} ${root.dataset.b}: ${curveWords(b)}`;
    const paint = () => {
      curves($('[data-draw="curves"]', root), [a, b], told);
      if (a.gain && b.gain) bars($('[data-draw="gain"]', root), Object.keys(a.gain).map((actor) => ({ id: actor, name: page.actors[actor], values: [a.gain[actor], b.gain[actor]] })), words("gain"));
    };
    paint();
    repaint.push(paint);
    const other = Object.fromEntries(b.answers.map((q) => [q.id, q]));
    $("[data-compare-answers] tbody").replaceChildren(...a.answers.filter((q) => other[q.id]).map((q) => {
      const r = other[q.id], by = q.value === null || r.value === null ? null : r.value - q.value;
      const points = q.unit === "probability" || q.unit === "share";
      const change = by === null ? "–" : points ? `${Math.round(100 * by) > 0 ? "+" : ""}${Math.round(100 * by) || 0} pp`.replace("-", "−") : `${by > 0 ? "+" : ""}${number(by)}`;
      return html("tr", {}, html("th", { scope: "row" }, q.label), html("td", { class: "num" }, shown(q)), html("td", { class: "num" }, shown(r)), html("td", { class: "num" }, change));
    }));
    document.body.dataset.shown = "compared";
  }

  // ---- frontier --------------------------------------------------------------------------------------------------------

  function frontier() {
    const root = $("[data-frontier]");
    if (!root) return;
    const { points } = JSON.parse(root.dataset.frontier), tabs = $$('[role="tab"]', root);
    let chosen = points[0]?.id;
    const paint = () => {
      const { root: picture, width, height } = frameOf($('[data-draw="frontier"]', root), 300);
      const box = { left: 48, right: 16, top: 14, bottom: 40 };
      const most = Math.max(...points.map((p) => p.cost), 0.01), least = Math.min(...points.map((p) => p.durability[0]), 0.9);
      const x = (v) => box.left + ((width - box.left - box.right) * v) / (1.05 * most);
      const y = (v) => box.top + ((height - box.top - box.bottom) * (1 - v)) / (1 - least || 1);
      const parts = [];
      for (let k = 0; k <= 4; k++) {
        const v = least + ((1 - least) * k) / 4;
        parts.push(svg("line", { x1: box.left, x2: width - box.right, y1: y(v), y2: y(v), class: "grid" }), svg("text", { x: box.left - 6, y: y(v) + 4, "text-anchor": "end", class: "tick" }, percent(v)));
        const c = (most * k) / 4;
        parts.push(svg("text", { x: x(c), y: height - 22, "text-anchor": "middle", class: "tick" }, number(c)));
      }
      parts.push(svg("text", { x: width - box.right, y: height - 5, "text-anchor": "end", class: "axis" }, words("cost")));
      for (const p of points) {
        const color = series[{ P: 0, F: 2, N: 1 }[p.id[0]] ?? 0], on = p.id === chosen;
        parts.push(svg("line", { x1: x(p.cost), x2: x(p.cost), y1: y(p.durability[0]), y2: y(p.durability[2]), stroke: color, "stroke-width": on ? 2.4 : 1.2, opacity: 0.7 }));
        const dot = svg("circle", { cx: x(p.cost), cy: y(p.durability[1]), r: on ? 9 : 6, fill: p.id[0] === "N" ? "white" : color, stroke: color, "stroke-width": 2.2, class: "point" });
        dot.addEventListener("click", () => choose(p.id, true));
        parts.push(dot, svg("text", { x: x(p.cost) + 11, y: y(p.durability[1]) + 4, class: on ? "tick strong" : "tick" }, p.id));
      }
      picture.replaceChildren(...parts);
      picture.setAttribute("aria-label", points.map((p) => `${p.id}: ${percent(p.durability[1])}, ${number(p.cost)}`).join("; "));
    };
    const choose = (id, focus) => {
      chosen = id;
      for (const tab of tabs) {
        const on = tab.dataset.point === id;
        tab.setAttribute("aria-selected", String(on));
        tab.tabIndex = on ? 0 : -1;
        $(`#point-${CSS.escape(tab.dataset.point)}`).hidden = !on;
        if (on && focus) tab.focus();
      }
      paint();
    };
    tabs.forEach((tab, n) => {
      tab.addEventListener("click", () => choose(tab.dataset.point, false));
      tab.addEventListener("keydown", (event) => {
        const to = { ArrowRight: n + 1, ArrowDown: n + 1, ArrowLeft: n - 1, ArrowUp: n - 1, Home: 0, End: tabs.length - 1 }[event.key];
        if (to === undefined) return;
        event.preventDefault();
        choose(tabs[(to + tabs.length) % tabs.length].dataset.point, true);
      });
    });
    paint();
    repaint.push(paint);
  }

  // ---- jobs ------------------------------------------------------------------------------------------------------------

  const panel = $("#jobs");
  let watching = 0, before = new Map();

  async function watch() {
    clearTimeout(watching);
    const answer = await fetch("/api/jobs").catch(() => null);
    const list = answer && answer.ok ? (await answer.json()).jobs : [];
    const running = list.filter((j) => j.state === "running" || j.state === "stopping");
    const count = $("[data-jobs-count]");
    count.hidden = running.length === 0;
    count.textContent = running.length ? `${running.length} · ${Math.round(100 * running[0].share)} %` : "";
    paintJobs(list);
    for (const job of list) {
      if (before.get(job.id) === "running" && job.state === "done") {
        say(`${words(job.kind, job)}: ${words("done")}`);
        for (const line of $$("[data-refresh]")) line.hidden = false;
      }
      before.set(job.id, job.state);
    }
    if (running.length || !panel.hidden) watching = setTimeout(watch, running.length ? 500 : 3000);
  }

  function paintJobs(list) {
    const root = $("[data-jobs]"), focus = document.activeElement?.dataset?.cancel;
    root.replaceChildren(...list.slice(0, 12).map((job) => {
      const state = job.state === "failed" ? words("failed_job") : words(job.state);
      const item = html("li", { "data-job": job.id, "data-state": job.state }, html("b", {}, words(job.kind, { draws: job.draws })), html("span", { class: "quiet" }, ` ${job.date}${job.changed ? ` · ${words("changed")}` : ""} · ${state} `));
      if (job.state === "running") {
        item.append(html("progress", { max: 1, value: job.share, "aria-label": words(job.kind, { draws: job.draws }) }), html("span", { class: "quiet" }, ` ${job.words} `));
        const stop = html("button", { type: "button", "data-cancel": job.id }, words("cancel"));
        stop.addEventListener("click", async () => { stop.disabled = true; await post(`/api/jobs/${job.id}/cancel`, {}).catch((e) => say(e.message)); watch(); });
        item.append(stop);
      } else if (job.words) item.append(html("span", { class: "told" }, job.words));
      if (job.state === "done") {
        const to = { analyze: "risk", settle: "hold", accounts: "accounts" }[job.kind];
        item.append(" ", html("a", { href: `/${to}?${query()}` }, words("show")));
        if (job.kind === "analyze") item.append(" ", html("a", { href: `/jobs/${job.id}/dossier`, target: "_blank", rel: "noopener" }, words("dossier")));
      }
      return item;
    }));
    if (focus) $(`[data-cancel="${CSS.escape(focus)}"]`)?.focus();
  }

  function toggleJobs(open = panel.hidden) {
    panel.hidden = !open;
    $('[data-do="jobs"]').setAttribute("aria-expanded", String(open));
    if (open) watch();
  }

  for (const button of $$("[data-start]")) {
    button.addEventListener("click", async () => {
      const draws = Math.round(Number($("[data-draws]").value)) || 40, kind = button.dataset.start;
      const plainView = kind === "accounts" ? { date: view.date } : view;
      try {
        await post("/api/jobs", { kind, content: page.content, view: plainView, draws: kind === "analyze" ? draws : 0, quick: button.hasAttribute("data-quick") });
      } catch (error) { say(error.message); }
      toggleJobs(true);
    });
  }

  // ---- tools -----------------------------------------------------------------------------------------------------------

  const dialog = $('[data-dialog="save"]'), form = $("form", dialog), problem = $("[data-problem]", dialog);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const data = Object.fromEntries(new FormData(form));
    problem.hidden = true;
    try {
      const { found } = await post("/api/scenarios", { content: page.content, view, ...data, overwrite: data.overwrite === "on" });
      dialog.close();
      draft.history = [query()];
      draft.position = 0;
      await keeping;
      sessionStorage.removeItem("detente-draft");
      await post("/api/draft", { tab, drop: true });
      say(words("saved", { name: found.saved }));
      location.assign(`${location.pathname}?${query({ ...view, scenario: found.saved, set: {}, at: {} })}`);
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    }
  });
  $("[data-close]", dialog).addEventListener("click", () => dialog.close());

  const deeds = {
    undo: () => travel(-1),
    redo: () => travel(1),
    reset: () => { if (edited()) { adopt({ set: {}, at: {} }); commit(); say(words("reset")); } },
    save: () => { problem.hidden = true; dialog.showModal(); $("input", dialog).focus(); },
    link: async () => {
      const link = `${location.origin}/${page.name}?${query()}`;
      try { await navigator.clipboard.writeText(link); say(words("link")); } catch { say(words("link_is", { link })); }
    },
    jobs: () => toggleJobs(),
  };
  for (const button of $$("[data-do]")) button.addEventListener("click", () => deeds[button.dataset.do]());

  document.addEventListener("keydown", (event) => {
    const inText = event.target.matches("textarea, input:not([type=range]):not([type=radio]):not([type=checkbox])");
    if (inText || dialog.open || !(event.ctrlKey || event.metaKey)) return;
    const key = event.key.toLowerCase();
    if (key === "z" && !event.shiftKey) { event.preventDefault(); travel(-1); }
    if (key === "y" || (key === "z" && event.shiftKey)) { event.preventDefault(); travel(1); }
  });

  for (const select of $$("[data-go]")) {
    select.addEventListener("change", () => {
      const to = structuredClone(view);
      to[select.dataset.go] = select.value;
      if (select.dataset.go !== "package") to.at = {};
      if (select.dataset.go === "scenario") to.set = {};
      location.assign(`${location.pathname}?${query(to)}`);
    });
  }

  for (const input of $$("[data-filter]")) {
    input.addEventListener("input", () => {
      const text = input.value.trim().toLowerCase();
      for (const slider of $$("[data-slider]")) slider.hidden = Boolean(text) && !slider.textContent.toLowerCase().includes(text);
      for (const group of $$("[data-group]")) group.hidden = Boolean(text) && $$("[data-slider]", group).every((s) => s.hidden);
    });
  }
  for (const input of $$("[data-filter-list]")) {
    input.addEventListener("input", () => {
      const text = input.value.trim().toLowerCase();
      for (const node of $$(input.dataset.filterList)) node.hidden = Boolean(text) && !node.textContent.toLowerCase().includes(text);
    });
  }

  const repaint = [];
  let sized = window.innerWidth, sizing = 0;
  window.addEventListener("resize", () => {
    if (window.innerWidth === sized) return;
    sized = window.innerWidth;
    clearTimeout(sizing);
    sizing = setTimeout(() => { for (const paint of repaint) paint(); wish("full"); }, 120);
  });

  showLink();
  tellDraft();
  tellOtherDrafts();
  wish("full");
  compare();
  frontier();
  watch();
}
