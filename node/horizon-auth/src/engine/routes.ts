/** Which ways in there are: access tokens, session cookies, or both (those of sessions below `/session`). */
export type Profile = 'token' | 'session' | 'both';

/** What belongs together when routes are left out. */
export type RouteGroup = 'auth' | 'admin' | 'keys' | 'health' | 'pages' | 'sso' | 'docs';

/** One method of one path, as `crates/http/src/route_list.rs` lists it. */
export interface Route {
  /** The method; where there is `GET` there is `HEAD`. */
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** The path, parameters in braces. */
  readonly path: string;
  /** What it is left out with. */
  readonly group: RouteGroup;
}

type Lines = readonly `${Route['method']} /${string}`[];

const TOKEN: Lines = [
  'POST /auth/register',
  'POST /auth/login',
  'POST /auth/refresh',
  'DELETE /auth/refresh',
  'POST /auth/logout',
  'GET /auth/sessions',
  'DELETE /auth/sessions',
  'DELETE /auth/sessions/{id}',
  'POST /auth/account/reactivate',
  'POST /auth/verify-email',
  'POST /auth/verify-email/resend',
  'POST /auth/password-reset/request',
  'POST /auth/password-reset/complete',
];

const SESSION: Lines = [
  'POST /auth/register',
  'POST /auth/login',
  'POST /auth/logout',
  'GET /auth/me',
  'GET /auth/csrf',
  'POST /auth/account/reactivate',
  'POST /auth/request-verify',
  'POST /auth/verify',
  'POST /auth/request-reset',
  'POST /auth/reset-password',
  'GET /sessions',
  'POST /sessions/{id}/revoke',
  'POST /sessions/revoke-others',
];

const ACCOUNT: Lines = [
  'GET /auth/profile',
  'PATCH /auth/profile',
  'POST /auth/password/change',
  'POST /auth/email/change',
  'POST /auth/email/change/confirm',
  'DELETE /auth/account',
  'POST /auth/account/deactivate',
  'GET /auth/account/export',
];

const ADMIN: Lines = [
  'GET /admin/roles',
  'GET /admin/users/{id}/roles',
  'PUT /admin/users/{id}/roles',
  'GET /admin/users/{id}/verification-status',
  'POST /admin/verify-users',
];

const KEYS: Lines = ['GET /.well-known/jwks.json'];

const HEALTH: Lines = ['GET /health/live', 'GET /health/ready'];

const PAGES: Lines = [
  'GET /verify-email',
  'POST /verify-email',
  'GET /reset-password',
  'POST /reset-password',
  'GET /confirm-email',
  'POST /confirm-email',
];

const DOCS: Lines = [
  'GET /openapi.json',
  'GET /docs',
  'GET /docs/start.js',
  'GET /docs/swagger-ui.js',
  'GET /docs/swagger-ui.css',
];

const SSO: Lines = ['POST /auth/introspect', 'GET /login', 'POST /login'];

/** Every route of an engine with that profile, in the order of the reference. */
export function routesOf(profile: Profile): Route[] {
  return [
    ...(profile === 'session' ? [] : listed(TOKEN, 'auth')),
    ...(profile === 'token' ? [] : listed(SESSION, 'auth', profile === 'both' ? '/session' : '')),
    ...listed(ACCOUNT, 'auth'),
    ...listed(ADMIN, 'admin'),
    ...listed(KEYS, 'keys'),
    ...listed(HEALTH, 'health'),
    ...listed(PAGES, 'pages'),
  ];
}

/** What an engine with `mode: "sso_server"` has beyond these. */
export function ssoRoutes(): Route[] {
  return listed(SSO, 'sso');
}

/** What an engine has beyond these in development, or where `http.openapi` says so. */
export function docsRoutes(): Route[] {
  return listed(DOCS, 'docs');
}

/** Whether a route stays at the root of the server, whatever prefix or version the application gives its own. */
export function isAtRoot(route: Route): boolean {
  return !/^\/(auth|admin|sessions|session)\//.test(`${route.path}/`);
}

function listed(lines: Lines, group: RouteGroup, prefix = ''): Route[] {
  return lines.map((line) => {
    const [method, path] = line.split(' ') as [Route['method'], string];
    return { method, path: prefix + path, group };
  });
}
