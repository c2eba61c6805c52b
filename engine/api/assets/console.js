// The page of the console: a terminal, and the WebSocket that feeds it.
"use strict";

const TOKEN = "raceway-token";
const terminal = new Terminal({ fontFamily: "monospace", fontSize: 15, scrollback: 0 });
const fit = new FitAddon.FitAddon();
const entry = document.getElementById("entry");
const encoder = new TextEncoder();
let socket = null;

terminal.loadAddon(fit);
terminal.open(document.getElementById("terminal"));
fit.fit();

function send(message) {
  if (socket !== null && socket.readyState === WebSocket.OPEN) socket.send(message);
}

function ask(words, needsToken) {
  document.getElementById("words").textContent = words;
  document.getElementById("ask").hidden = !needsToken;
  entry.hidden = false;
  entry.querySelector(needsToken ? "input" : "button").focus();
}

function open() {
  entry.hidden = true;
  terminal.reset();
  const address = new URL("console/socket", location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  let ended = null;
  socket = new WebSocket(address);
  socket.binaryType = "arraybuffer";
  socket.onopen = () => {
    const token = sessionStorage.getItem(TOKEN);
    send(JSON.stringify({ token, columns: terminal.cols, rows: terminal.rows }));
    terminal.focus();
  };
  socket.onmessage = (event) => {
    if (typeof event.data === "string") ended = JSON.parse(event.data);
    else terminal.write(new Uint8Array(event.data));
  };
  socket.onclose = () => {
    const words = ended === null ? "The connection ended." : ended.error || `Closed: ${ended.reason}.`;
    const needsToken = ended !== null && ended.field === "token";
    if (needsToken) sessionStorage.removeItem(TOKEN);
    ask(words, needsToken);
  };
}

terminal.onData((keys) => send(encoder.encode(keys)));
terminal.onBinary((keys) => send(Uint8Array.from(keys, (one) => one.charCodeAt(0))));
terminal.onResize(({ cols, rows }) => send(JSON.stringify({ columns: cols, rows })));
window.addEventListener("resize", () => fit.fit());
entry.addEventListener("submit", (event) => {
  event.preventDefault();
  const given = document.getElementById("token").value.trim();
  if (given) sessionStorage.setItem(TOKEN, given);
  document.getElementById("token").value = "";
  open();
});
open();
