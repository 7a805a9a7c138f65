// A server for single sign-on: `node --test built/sso.test.js`, with FACTS and, if need be, BASE_URL.
import { account } from "./common/account.js";
import { admin } from "./common/admin.js";
import { everyPromiseWasSeen } from "./common/coverage.js";
import { lateBodies } from "./common/late.js";
import { limits } from "./common/limits.js";
import { links } from "./common/links.js";
import { methodsAndPaths } from "./common/methods.js";
import { origins } from "./common/origins.js";
import { pages } from "./common/pages.js";
import { sharedToken } from "./common/profile.js";
import { registration } from "./common/registration.js";
import { routes } from "./common/routes.js";
import { service } from "./common/service.js";
import { atOnce, scope } from "./common/suite.js";
import { cors } from "./sso/cors.js";
import { introspection } from "./sso/introspection.js";
import { login } from "./sso/login.js";
import { access } from "./token/access.js";
import { refresh } from "./token/refresh.js";

atOnce("sso", () => {
  // First, because they take their time and nothing else.
  if (scope === "all") {
    lateBodies(sharedToken);
  }
  login(sharedToken);
  introspection(sharedToken);
  if (scope !== "own") {
    registration(sharedToken);
    access(sharedToken);
    refresh(sharedToken);
    account(sharedToken);
    links(sharedToken);
    admin(sharedToken);
    limits(sharedToken);
  }
  if (scope !== "data") {
    cors(sharedToken);
    methodsAndPaths(sharedToken);
    origins(sharedToken);
  }
  if (scope === "all") {
    pages(sharedToken);
    service(sharedToken);
    routes(sharedToken);
  }
});
if (scope === "all") {
  everyPromiseWasSeen(new Map([[/ 401 refresh_expired$/, "nobody waits a week for it"]]));
}
