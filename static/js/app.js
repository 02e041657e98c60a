// Everything works without this; it makes things quicker.
import { startCopy } from "./copy.js";
import { startKeys } from "./keys.js";
import { forgetDrafts, startDraft } from "./draft.js";
import { startLease } from "./lease.js";
import { startLook } from "./look.js";

startKeys();
startDraft();
startLease();
startLook();
startCopy();
for (const form of document.querySelectorAll("[data-forget]")) form.addEventListener("submit", () => forgetDrafts());

// A reader starts at what went wrong, else at the case's title.
const start = document.getElementById("refusal") ?? document.getElementById("case-title");
if (start && !location.hash) start.focus({ preventScroll: start.id !== "refusal" });
