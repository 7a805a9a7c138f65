// The session profile: `node --test built/session.test.js`, with FACTS and, if need be, BASE_URL.
import { account } from "./common/account.js";
import { admin } from "./common/admin.js";
import { everyPromiseWasSeen } from "./common/coverage.js";
import { lateBodies } from "./common/late.js";
import { limits } from "./common/limits.js";
import { links } from "./common/links.js";
import { methodsAndPaths } from "./common/methods.js";
import { origins, preflights } from "./common/origins.js";
import { pages } from "./common/pages.js";
import { session } from "./common/profile.js";
import { registration } from "./common/registration.js";
import { routes } from "./common/routes.js";
import { service } from "./common/service.js";
import { atOnce, scope } from "./common/suite.js";
import { cookies } from "./session/cookies.js";

atOnce("session", () => {
  // First, because they take their time and nothing else.
  if (scope === "all") {
    lateBodies(session);
  }
  registration(session);
  cookies(session);
  account(session);
  links(session);
  admin(session);
  limits(session);
  if (scope === "all") {
    pages(session);
    service(session);
    routes(session);
    methodsAndPaths(session);
    origins(session);
    preflights(session);
  }
});
if (scope === "all") {
  everyPromiseWasSeen(new Map());
}
