// Keys that are pressed while a page still loads are kept for it, so that a quick reviewer loses none.
const early = [];
const keepEarly = (event) => early.push(event);
addEventListener("keydown", keepEarly);
globalThis.takeEarlyKeys = () => { removeEventListener("keydown", keepEarly); return early.splice(0); };
