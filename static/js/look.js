// Theme and density change at once; the cookie that the server reads is set by the same form.
export function startLook() {
  const form = document.querySelector("[data-look]");
  form?.addEventListener("submit", async (event) => {
    const { name, value } = event.submitter;
    event.preventDefault();
    document.documentElement.dataset[name] = value;
    for (const one of form.querySelectorAll(`button[name="${name}"]`)) one.setAttribute("aria-pressed", String(one.value === value));
    await fetch(form.action, { method: "POST", body: new URLSearchParams([["csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value], [name, value]]), redirect: "manual" });
  });
}
