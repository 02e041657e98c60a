// A claim is extended once a minute while its page is in view; the page says until when it lasts.
const EVERY_MS = 60_000;

export function startLease() {
  const form = document.getElementById("decision");
  if (!form) return;
  const said = document.getElementById("lease");
  const body = () => new URLSearchParams({ csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value });
  async function extend() {
    if (document.visibilityState !== "visible") return;
    try {
      const answer = await fetch(form.dataset.extend, { method: "POST", body: body(), redirect: "error" });
      if (answer.ok) said.textContent = `Yours until ${(await answer.json()).until}`;
      else if (answer.status === 409) said.textContent = "Your claim can not be extended any more. Submit soon; what you typed is kept";
    } catch { said.textContent = "No connection just now. What you typed is kept in this browser"; }
  }
  setInterval(extend, EVERY_MS);
  document.addEventListener("visibilitychange", extend);
}
