import { facts } from "../common/facts.js";

if (facts.sso === undefined) {
  throw new Error("the facts must say with whom the servers share the log-in (sso); see conformance/README.md");
}

/** With whom the servers share the log-in. */
export const sharing = facts.sso;
