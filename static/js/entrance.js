// Nobody's drafts are left for the next person at this computer.
import { forgetDrafts } from "./draft.js";

forgetDrafts();
