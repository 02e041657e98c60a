// What is typed into a decision survives a reload, a crash and a lost connection. Kept in this browser, until sign-out.
const PREFIX = "reviewapp.draft.";
const OLD_MS = 3 * 24 * 60 * 60 * 1000;
const FIELDS = ["verdict", "output", "failure_categories", "reasoning", "expected_behavior", "severity"];

export function forgetDrafts(isOld = () => true) {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(PREFIX) && isOld(key)) localStorage.removeItem(key);
  }
}

function read(form) {
  const data = new FormData(form);
  return Object.fromEntries(FIELDS.map((name) => [name, data.getAll(name)]));
}

function write(form, answers) {
  for (const field of form.elements) {
    const values = answers[field.name];
    if (!values) continue;
    if (field.type === "radio" || field.type === "checkbox") field.checked = values.includes(field.value);
    else if (values.length) field.value = values[0];
  }
}

export function startDraft() {
  forgetDrafts((key) => !(Date.now() - JSON.parse(localStorage.getItem(key)).at < OLD_MS));
  const form = document.getElementById("decision");
  if (!form) return;
  const key = PREFIX + form.dataset.draft;
  const said = document.getElementById("draft");
  const say = (at, words) => { said.textContent = `${words} ${new Date(at).toLocaleTimeString([], { hour12: false, hour: "2-digit", minute: "2-digit", second: "2-digit" })}`; };
  const stored = JSON.parse(localStorage.getItem(key));
  if (stored && !("kept" in form.dataset)) { write(form, stored.answers); say(stored.at, "Draft from"); }
  const keep = () => {
    const at = Date.now();
    try { localStorage.setItem(key, JSON.stringify({ at, answers: read(form) })); say(at, "Draft kept"); }
    catch { said.textContent = "This draft is too long to be kept"; }
  };
  let timer;
  const soon = () => { clearTimeout(timer); timer = setTimeout(keep, 400); };
  document.addEventListener("input", (event) => { if (event.target.form === form) soon(); });
  form.addEventListener("submit", () => { clearTimeout(timer); keep(); });
}
