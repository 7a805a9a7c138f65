// The session profile: `node --test built/session.test.js`, with FACTS and, if need be, BASE_URL.
import { account } from "./common/account.js";
import { admin } from "./common/admin.js";
import { everyPromiseWasSeen } from "./common/coverage.js";
import { limits } from "./common/limits.js";
import { links } from "./common/links.js";
import { methodsAndPaths } from "./common/methods.js";
import { origins } from "./common/origins.js";
import { pages } from "./common/pages.js";
import { session } from "./common/profile.js";
import { registration } from "./common/registration.js";
import { routes } from "./common/routes.js";
import { service } from "./common/service.js";
import { atOnce } from "./common/suite.js";
import { cookies } from "./session/cookies.js";

/** With SCOPE=data only what reads and writes data, which is what differs between stores. */
const all = process.env["SCOPE"] !== "data";

atOnce("session", () => {
  registration(session);
  cookies();
  account(session);
  links(session);
  admin(session);
  limits(session);
  if (all) {
    pages(session);
    service(session);
    routes(session);
    methodsAndPaths(session);
    origins(session);
  }
});
if (all) {
  everyPromiseWasSeen(new Map());
}
