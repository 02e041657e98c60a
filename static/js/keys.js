// One registry of keys: what they do, the ? map, and aria-keyshortcuts.
const SINGLE = "reviewapp.single-keys";
const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
const find = (act) => document.querySelector(`[data-act="${act}"]:not(:disabled)`);

function choose(act) {
  const input = find(act);
  if (!input) return false;
  if (!(input.type === "radio" && input.checked)) input.click();
  input.focus({ preventScroll: true });
  return true;
}
function press(act) {
  const button = find(act);
  if (!button) return false;
  button.click();
  return true;
}
function write(id) {
  const field = document.getElementById(id);
  if (!field?.offsetParent) return false;
  field.focus();
  return true;
}
function keys() {
  const dialog = document.getElementById("keys");
  if (dialog.open) dialog.close();
  else dialog.showModal();
  return true;
}

// key, act, words, what it does
const KEYS = [
  ["w", "claim", "Claim the next case, or this one", () => press("claim")],
  ["a", "approve", "Approve", () => choose("approve")],
  ["e", "correct", "Correct", () => choose("correct")],
  ["r", "reject", "Reject", () => choose("reject")],
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => [String(n), `category-${n}`, "", () => document.getElementById("failure_categories")?.offsetParent && press(`category-${n}`)]),
  ["o", "", "Write the corrected output", () => write("output")],
  ["y", "", "Write the reasoning", () => write("reasoning")],
  ["s", "skip", "Skip this case", () => press("skip")],
  ["?", "", "Show this map", keys],
];

const isTyping = (target) => target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName) || (target.tagName === "INPUT" && !/^(radio|checkbox|button|submit)$/.test(target.type));
const isSingle = () => localStorage.getItem(SINGLE) !== "off";

function listen(event) {
  if (event.defaultPrevented || event.isComposing) return;
  if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) {
    const form = document.getElementById("decision");
    if (form) { event.preventDefault(); form.requestSubmit(find("submit")); }
    return;
  }
  if (event.key === "Escape" && isTyping(event.target)) { event.target.blur(); return; }
  if (event.metaKey || event.ctrlKey || event.altKey || event.repeat || isTyping(event.target)) return;
  if (document.querySelector("dialog[open]") && event.key !== "?") return;
  if (!isSingle() && event.key !== "?") return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const found = KEYS.find(([name]) => name === key);
  if (found?.[3]()) event.preventDefault();
}

function row(list, key, words) {
  const [dt, dd, kbd] = ["dt", "dd", "kbd"].map((name) => document.createElement(name));
  kbd.textContent = key;
  dd.textContent = words;
  dt.append(kbd);
  list.append(dt, dd);
}

export function startKeys() {
  const mod = isMac ? "⌘" : "Ctrl";
  const list = document.getElementById("keys-list");
  for (const [key, act, words] of KEYS) {
    if (act) find(act)?.setAttribute("aria-keyshortcuts", key);
    if (words) row(list, key.toUpperCase(), words);
    if (key === "r") row(list, "1–9", "Choose a failure category");
  }
  row(list, `${mod} ↵`, "Submit decision");
  row(list, "Esc", "Leave a field, so that keys work again");
  const submit = find("submit");
  if (submit) { submit.setAttribute("aria-keyshortcuts", isMac ? "Meta+Enter" : "Control+Enter"); submit.dataset.key = `${mod} ↵`; }
  document.addEventListener("keydown", listen);
  setTimeout(() => takeEarlyKeys().forEach(listen));
  find("correct")?.addEventListener("change", () => document.querySelector(".corrected").scrollIntoView({ block: "nearest" }));
  document.querySelector('[data-open="keys"]')?.addEventListener("click", keys);
  const box = document.getElementById("keys-single");
  const show = () => { document.documentElement.dataset.single = isSingle() ? "on" : "off"; box.checked = isSingle(); };
  box.addEventListener("change", () => { localStorage.setItem(SINGLE, box.checked ? "on" : "off"); show(); });
  show();
}
