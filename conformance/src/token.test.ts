// The token profile: `node --test built/token.test.js`, with FACTS and, if need be, BASE_URL.
import { account } from "./common/account.js";
import { admin } from "./common/admin.js";
import { everyPromiseWasSeen } from "./common/coverage.js";
import { lateBodies } from "./common/late.js";
import { limits } from "./common/limits.js";
import { links } from "./common/links.js";
import { methodsAndPaths } from "./common/methods.js";
import { origins, preflights } from "./common/origins.js";
import { pages } from "./common/pages.js";
import { token } from "./common/profile.js";
import { registration } from "./common/registration.js";
import { routes } from "./common/routes.js";
import { service } from "./common/service.js";
import { atOnce, scope } from "./common/suite.js";
import { access } from "./token/access.js";
import { refresh } from "./token/refresh.js";

atOnce("token", () => {
  // First, because they take their time and nothing else.
  if (scope === "all") {
    lateBodies(token);
  }
  registration(token);
  access(token);
  refresh(token);
  account(token);
  links(token);
  admin(token);
  limits(token);
  if (scope === "all") {
    pages(token);
    service(token);
    routes(token);
    methodsAndPaths(token);
    origins(token);
    preflights(token);
  }
});
if (scope === "all") {
  everyPromiseWasSeen(new Map([[/ 401 refresh_expired$/, "nobody waits a week for it"]]));
}
