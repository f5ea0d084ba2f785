// Partial updates, progress, tooltips and keys. Every page works without this file.
"use strict";

const $ = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

/* ---- Work in progress: follow each job; when it is over, show the page anew ---- */
function follow(box) {
  const events = new EventSource(`/api/v1/jobs/${box.dataset.job}/events`);
  events.onmessage = (event) => {
    const job = JSON.parse(event.data);
    const bar = $("[data-progress]", box), step = $("[data-step]", box);
    if (step) step.textContent = job.left ? `${job.step} · ${job.left}` : job.step;
    if (bar && job.total) { bar.max = job.total; bar.value = job.done; }
    if (job.is_over) { events.close(); again(); }
  };
  window.addEventListener("pagehide", () => events.close());
}

/* ---- The page's main part, fetched anew: what changed has a ground for a second ---- */
let asked = 0, latest = location.href; // the address that was asked for last, whether its page has come or not
async function again(address = latest) {
  const mine = ++asked;
  latest = address;
  const answer = await fetch(address, { headers: { accept: "text/html", "x-live": "1" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (mine !== asked) return; // a later question is on its way
  const fresh = $("#main", page);
  if (!fresh) { location.reload(); return; }
  const before = new Map(all("[data-key]").map((node) => [node.dataset.key, node.textContent]));
  const held = document.activeElement, typed = held && held.matches("input:not([type=checkbox], [type=radio], [type=range]), textarea");
  const at = typed ? [held.selectionStart, held.selectionEnd] : null;
  $("#main").replaceWith(fresh);
  document.title = page.title;
  history.replaceState(null, "", address);
  const field = held && held.id && document.getElementById(held.id);
  if (field && field !== held) {
    field.focus();
    if (typed) { field.value = held.value; if (at[0] !== null) field.setSelectionRange(...at); } // what was typed meanwhile stays
  }
  for (const node of all("[data-key]")) {
    if (before.has(node.dataset.key) && before.get(node.dataset.key) !== node.textContent) {
      node.classList.add("changed");
      setTimeout(() => node.classList.remove("changed"), 1000);
    }
  }
  wake(fresh);
}

/* ---- Forms marked data-live: the page follows each change, and its address holds the state ---- */
function live(form) {
  const state = () => {
    const told = new URLSearchParams(new FormData(form));
    for (const [name, value] of [...told]) if (value === "") told.delete(name);
    return String(told);
  };
  let timer = 0, sent = state();
  const send = () => {
    clearTimeout(timer);
    const told = state();
    if (told === sent) return; // leaving a field is a change that was sent as it was typed
    sent = told;
    again(`${location.pathname}?${told}`);
  };
  // A slider under the hand waits for a pause: its page would be taken from under it.
  form.addEventListener("input", (event) => { clearTimeout(timer); timer = setTimeout(send, event.target.type === "range" ? 120 : 30); });
  form.addEventListener("change", send);
  form.addEventListener("submit", (event) => { event.preventDefault(); send(); });
}

/* ---- Tooltips: what a mark says to those who cannot see it, on hover and focus ---- */
function tips(within) {
  for (const mark of all("svg [aria-label]", within)) {
    mark.addEventListener("pointerenter", () => show(mark));
    mark.addEventListener("pointerleave", hide);
  }
}
function show(mark) {
  hide();
  const tip = document.createElement("div"), at = mark.getBoundingClientRect();
  tip.className = "tip";
  tip.textContent = mark.getAttribute("aria-label");
  document.body.append(tip);
  const left = Math.min(Math.max(8, at.left + at.width / 2 - tip.offsetWidth / 2), innerWidth - tip.offsetWidth - 8);
  tip.style.setProperty("left", `${left}px`);
  tip.style.setProperty("top", `${Math.max(8, at.top - tip.offsetHeight - 8)}px`);
}
function hide() { for (const tip of all(".tip")) tip.remove(); }

/* ---- Files dropped or chosen: sent, then the page goes on ---- */
function drop(area) {
  const input = $("input[type=file]", area);
  for (const kind of ["dragenter", "dragover"]) area.addEventListener(kind, (event) => { event.preventDefault(); area.classList.add("over"); });
  for (const kind of ["dragleave", "drop"]) area.addEventListener(kind, (event) => { event.preventDefault(); area.classList.remove("over"); });
  area.addEventListener("drop", (event) => { input.files = event.dataTransfer.files; if (input.files.length) area.requestSubmit(); });
  input.addEventListener("change", () => { if (input.files.length) area.requestSubmit(); });
}

/* ---- Definitions stand beside the number that they define ---- */
function anchor(within) {
  for (const button of all("[popovertarget]", within)) {
    button.addEventListener("click", () => {
      const box = document.getElementById(button.getAttribute("popovertarget")), at = button.getBoundingClientRect();
      if (!box) return;
      box.style.setProperty("margin", "0");
      box.style.setProperty("left", `${Math.max(8, Math.min(at.left, innerWidth - 346))}px`);
      box.style.setProperty("top", `${Math.min(at.bottom + 6, innerHeight - 120)}px`);
    });
  }
}

/* ---- Copy ---- */
function copies(within) {
  for (const button of all("[data-copy]", within)) button.addEventListener("click", () => navigator.clipboard.writeText(button.dataset.copy));
}

function wake(within) {
  all("[data-job]", within).forEach(follow);
  all("form[data-live]", within).forEach(live);
  all("form.drop", within).forEach(drop);
  tips(within); anchor(within); copies(within);
}

document.addEventListener("keydown", (event) => {
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
  if (event.key === "Escape") hide();
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/" && $("#search")) { event.preventDefault(); $("#search").focus(); }
  if (event.key === "?") { event.preventDefault(); $("#help").togglePopover(); }
});
if (matchMedia("(max-width: 760px)").matches) all(".nav details").forEach((d) => { d.open = false; });
wake(document);
