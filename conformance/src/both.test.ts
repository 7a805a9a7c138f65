// Tokens and sessions side by side: `node --test built/both.test.js`, with FACTS and, if need be, BASE_URL.
import { beside } from "./both/beside.js";
import { account } from "./common/account.js";
import { admin } from "./common/admin.js";
import { everyPromiseWasSeen } from "./common/coverage.js";
import { lateBodies } from "./common/late.js";
import { limits } from "./common/limits.js";
import { links } from "./common/links.js";
import { methodsAndPaths } from "./common/methods.js";
import { origins, preflights } from "./common/origins.js";
import { pages } from "./common/pages.js";
import { sessionBeside, tokenBeside } from "./common/profile.js";
import { registration } from "./common/registration.js";
import { routes } from "./common/routes.js";
import { service } from "./common/service.js";
import { atOnce, scope } from "./common/suite.js";
import { cookies } from "./session/cookies.js";
import { access } from "./token/access.js";
import { refresh } from "./token/refresh.js";

atOnce("both", () => {
  // First, because they take their time and nothing else.
  if (scope === "all") {
    lateBodies(tokenBeside);
  }
  beside();
  if (scope !== "own") {
    access(tokenBeside);
    refresh(tokenBeside);
    cookies(sessionBeside);
    for (const profile of [tokenBeside, sessionBeside]) {
      registration(profile);
      account(profile);
      links(profile);
      admin(profile);
      limits(profile);
    }
  }
  if (scope !== "data") {
    // Whoever has a cookie may call every operation but those of the refresh cookie.
    methodsAndPaths(sessionBeside);
  }
  if (scope === "all") {
    pages(tokenBeside);
    service(tokenBeside);
    preflights(tokenBeside);
    for (const profile of [tokenBeside, sessionBeside]) {
      routes(profile);
      origins(profile);
    }
  }
});
if (scope === "all") {
  everyPromiseWasSeen(new Map([[/ 401 refresh_expired$/, "nobody waits a week for it"]]));
}
