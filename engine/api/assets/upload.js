// The page that scores uploaded recordings: sends them to /v1/score, and shows verdicts and plots.
"use strict";

const TOKEN = "raceway-token";
const PLOTS = ["spectrum", "envelope", "contribution"];
const byId = (id) => document.getElementById(id);

function headers() {
  const token = sessionStorage.getItem(TOKEN);
  return token ? { Authorization: `Bearer ${token}` } : {};
}

function element(name, text = "", kind = "") {
  const made = document.createElement(name);
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

function say(words, kind = "") {
  byId("words").textContent = words;
  byId("words").className = kind;
}

const number = (value) => (value === null ? "–" : value.toPrecision(3));

function row(cells, kind, cell = "td") {
  const made = element("tr", "", kind);
  made.append(...cells.map((one) => element(cell, one)));
  return made;
}

function verdict(one) {
  if (one.severity === null) return one.quality;
  const surface = one.abnormal && one.surface && one.surface.surface ? `: ${one.surface.surface}` : "";
  return one.abnormal ? `abnormal${surface}` : "healthy";
}

function table(components) {
  const made = element("table");
  made.append(row(["Component", "Verdict", "Severity", "Error", "Limit"], "", "th"));
  for (const one of components) {
    const cells = [one.name, verdict(one), number(one.severity), number(one.error), number(one.limit)];
    made.append(row(cells, one.abnormal ? "abnormal" : ""));
  }
  return made;
}

function plots(channels) {
  const made = element("div");
  for (const channel of channels) {
    for (const kind of PLOTS.filter((one) => channel[one] !== null)) {
      const image = element("img");
      image.alt = `${channel.component}, channel ${channel.channel}: ${kind}`;
      image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(channel[kind])}`;
      made.append(image);
    }
  }
  return made;
}

function section(snapshot) {
  const made = element("section");
  made.append(element("h2", snapshot.name));
  if (snapshot.success) made.append(table(snapshot.components), plots(snapshot.plots));
  else made.append(element("p", snapshot.error, "error"));
  return made;
}

function offer() {
  const link = byId("save");
  if (link.href) URL.revokeObjectURL(link.href);
  const style = "body{font-family:sans-serif}td,th{padding:.3rem .8rem;text-align:left}.abnormal{font-weight:bold}";
  const page = `<!doctype html><meta charset="utf-8"><title>Raceway result</title><style>${style}</style>`;
  link.href = URL.createObjectURL(new Blob([page, byId("result").innerHTML], { type: "text/html" }));
  link.hidden = false;
}

async function score(event) {
  event.preventDefault();
  const given = byId("token").value.trim();
  if (given) sessionStorage.setItem(TOKEN, given);
  const form = new FormData();
  for (const file of byId("files").files) form.append("files", file);
  say("Scoring …");
  try {
    const answer = await fetch("v1/score?plots=true", { method: "POST", body: form, headers: headers() });
    const found = await answer.json();
    byId("ask").hidden = answer.status !== 401 && answer.status !== 403;
    if (!answer.ok) return say(found.error, "error");
    byId("result").replaceChildren(...found.snapshots.map(section));
    offer();
    say(`${found.snapshots.length} scored.`);
    list();
  } catch (error) {
    say(`The service does not answer (${error.message}).`, "error");
  }
}

async function download(machine) {
  say("Writing the report …");
  const answer = await fetch(`v1/machines/${encodeURIComponent(machine)}/report`, { headers: headers() });
  if (!answer.ok) return say((await answer.json()).error, "error");
  const link = element("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = "raceway-report.html";
  link.click();
  URL.revokeObjectURL(link.href);
  say("The report is written.");
}

async function list() {
  const answer = await fetch("v1/machines", { headers: headers() });
  if (!answer.ok) return;
  const items = (await answer.json()).map((machine) => {
    const item = element("li", `${machine.name} `);
    const button = element("button", "Download the report");
    button.addEventListener("click", () => download(machine.name));
    item.append(button);
    return item;
  });
  byId("machines").querySelector("ul").replaceChildren(...items);
  byId("machines").hidden = items.length === 0;
}

async function begin() {
  const answer = await fetch("health", { headers: headers() });
  byId("ask").hidden = answer.status !== 401;
  // Without a token the console itself asks for it.
  byId("to-console").hidden = answer.ok && !(await answer.json()).console;
}

byId("upload").addEventListener("submit", score);
begin();
list();
