// Measures the guards against each other, and the event loop while many people log in: DATABASE_FASTIFY DATABASE_EXPRESS REDIS
//
// An answer that is not the expected one ends it with an error. What it measures never does.
import autocannon from 'autocannon';
import { Redis } from 'ioredis';
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { cpus, loadavg, setPriority } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { Application, type Delays, PLATFORMS, type Platform } from './application.js';

const ROUTES = ['bare', 'ours', 'usual'] as const;
type RouteName = (typeof ROUTES)[number];

const CONNECTIONS = 32;
const STORM_CONNECTIONS = 200;
const isSmoke = process.env.SMOKE !== undefined;
const ROUNDS = isSmoke ? 1 : 7;
const ROUND_SECONDS = isSmoke ? 1 : 2;
const STORM_SECONDS = isSmoke ? 2 : 15;

const ana = { email: 'ana@example.com', password: 'correct horse battery staple' };
const [redisUrl, ...databaseUrls] = process.argv.slice(2) as [string, ...string[]];
const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const redis = new Redis(redisUrl);
const apps: Application[] = [];

try {
  const load = loadavg()[0] as number;
  console.log(`${cpus().length} cores, ${cpus()[0]?.model}; load before: ${load.toFixed(1)}; node ${process.version}`);
  for (const [i, platform] of PLATFORMS.entries()) apps.push(await start(platform, databaseUrls[i] as string));
  // Clients are other machines in earnest: here they have what the applications leave, which were begun before.
  setPriority(10);
  for (const [i, app] of apps.entries()) {
    console.log(`\n${PLATFORMS[i]}`);
    await measure(app);
  }
} finally {
  for (const app of apps) app.kill();
  redis.disconnect();
}

function start(platform: Platform, databaseUrl: string): Promise<Application> {
  const environment = { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, PRIVATE_KEY: privateKey, PUBLIC_PEM: publicKey };
  return Application.start(platform, environment);
}

async function measure(app: Application): Promise<void> {
  const token = await register(app.url);
  await expectAnswers(app.url, token);
  await compareRoutes(app, token);
  await expectAnswers(app.url, token);
  await storm(app);
  await expectLogoutHolds(app.url, token);
  await app.close();
}

async function register(url: string): Promise<string> {
  const { status, body } = await ask('POST', `${url}/auth/register`, { body: ana });
  assert.equal(status, 201);
  return body.accessToken as string;
}

/** Each guard lets the token in, and nothing else. */
async function expectAnswers(url: string, token: string): Promise<void> {
  assert.equal((await ask('GET', `${url}/bare`)).status, 200);
  for (const route of ['ours', 'usual']) {
    assert.equal((await ask('GET', `${url}/${route}`)).status, 401, `${route} without a token`);
    const forged = `${token.slice(0, -8)}AAAAAAAA`;
    assert.equal((await ask('GET', `${url}/${route}`, { token: forged })).status, 401, `${route} with a forged token`);
    const { status, body } = await ask('GET', `${url}/${route}`, { token });
    assert.equal(status, 200, `${route} with the token`);
    assert.equal(body.user, claimsOf(token).sub);
  }
}

/** What is revoked stays out, with each guard in its own way. */
async function expectLogoutHolds(url: string, token: string): Promise<void> {
  assert.equal((await ask('POST', `${url}/auth/logout`, { token })).status, 200);
  assert.equal((await ask('GET', `${url}/ours`, { token })).status, 401, 'ours after log-out');
  await redis.set(`auth:blacklist:${claimsOf(token).jti}`, '1', 'EX', 900);
  assert.equal((await ask('GET', `${url}/usual`, { token })).status, 401, 'usual after log-out');
}

/** In turns: what disturbs one round disturbs all of its routes. */
async function compareRoutes(app: Application, token: string): Promise<void> {
  const rounds = { bare: [], ours: [], usual: [] } as Record<RouteName, Round[]>;
  for (const route of ROUTES) await load(app, route, token); // warm
  for (let round = 0; round < ROUNDS; round++) {
    for (const route of ROUTES) rounds[route].push(await load(app, route, token));
  }
  for (const route of ROUTES) {
    const perSecond = median(rounds[route].map((round) => round.perSecond));
    const ratio = median(rounds[route].map((round, i) => round.perSecond / (rounds.usual[i] as Round).perSecond));
    const time = median(rounds[route].map((round) => round.time));
    const less = median(rounds[route].map((round, i) => (rounds.usual[i] as Round).time / round.time));
    const goal = route === 'ours' ? `  goal: at least 2.50: ${ratio >= 2.5 ? 'met' : 'MISSED'}` : '';
    console.log(
      `  ${route.padEnd(6)} ${perSecond.toFixed(0).padStart(7)} /s  ${ratio.toFixed(2).padStart(6)} of usual` +
        `   ${time.toFixed(0).padStart(6)} µs of computing, usual ${less.toFixed(2).padStart(6)} times that${goal}`,
    );
  }
}

/** What a route did in a round: answers per second, and the microseconds that the process computed for each. */
interface Round {
  perSecond: number;
  time: number;
}

async function load(app: Application, route: RouteName, token: string): Promise<Round> {
  const before = await app.time();
  const result = await autocannon({
    url: `${app.url}/${route}`,
    connections: CONNECTIONS,
    duration: ROUND_SECONDS,
    headers: { authorization: `Bearer ${token}` },
  });
  const after = await app.time();
  assert.equal(result.non2xx + result.errors + result.timeouts, 0, `/${route}: answers that are none`);
  assert.ok(result['2xx'] > 0, `/${route}: no answer in ${ROUND_SECONDS} s`);
  return { perSecond: result['2xx'] / result.duration, time: (after - before) / result['2xx'] };
}

/** Many people log in at once; whoever finds the queue of hashes full is told to come again. */
async function storm(app: Application): Promise<void> {
  const quiet = await watched(app, () => setTimeout(isSmoke ? 500 : 3000));
  console.log(`  event loop, quiet:                       ${written(quiet.delays)}`);

  const told = await watched(app, () => comeAsTold(`${app.url}/auth/login`));
  console.log(`  event loop, log-ins, again as told:      ${written(told.delays)}; ${counted(told.result)}  goal: p99 under 20 ms: ${goalOf(told.delays)}`);

  const bare = await watched(app, () => hammer(`${app.url}/bare`));
  console.log(`  event loop, bare route, again at once:   ${written(bare.delays)}; ${bare.result['200'] ?? 0} answers`);
  const hammered = await watched(app, () => comeAtOnce(`${app.url}/auth/login`));
  console.log(`  event loop, log-ins, again at once:      ${written(hammered.delays)}; ${counted(hammered.result)}  goal: the same: ${goalOf(hammered.delays)}`);
  await expectLogin(app.url);
}

interface Watched<T> {
  delays: Delays;
  result: T;
}

async function watched<T>(app: Application, work: () => Promise<T>): Promise<Watched<T>> {
  await app.watch();
  const result = await work();
  return { delays: await app.delays(), result };
}

/** How many answers there were of each status: 200, and 503 for whoever was told to come again. */
type Counts = Record<string, number>;

/** Clients that wait as `Retry-After` says. */
async function comeAsTold(url: string): Promise<Counts> {
  const counts: Counts = {};
  const over = new AbortController();
  setMaxListeners(STORM_CONNECTIONS, over.signal);
  const client = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const answer = await post(url);
      counts[answer.status] = (counts[answer.status] ?? 0) + 1;
      const seconds = Number(answer.headers.get('retry-after') ?? 0);
      await setTimeout(seconds * 1000, undefined, { signal: over.signal }).catch(() => undefined);
    }
  };
  const clients = Array.from({ length: STORM_CONNECTIONS }, client);
  await setTimeout(STORM_SECONDS * 1000);
  over.abort();
  await Promise.all(clients);
  return expectStatuses(counts);
}

async function post(url: string): Promise<Response> {
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(ana) });
  await answer.arrayBuffer();
  return answer;
}

/** Clients that log in and wait for nothing. */
async function comeAtOnce(url: string): Promise<Counts> {
  const headers = { 'content-type': 'application/json' };
  return expectStatuses(await hammer(url, { method: 'POST', headers, body: JSON.stringify(ana) }));
}

/** As many requests as as many connections bring. */
async function hammer(url: string, request: Partial<autocannon.Options> = {}): Promise<Counts> {
  const answers = await autocannon({ url, connections: STORM_CONNECTIONS, duration: STORM_SECONDS, ...request });
  const statuses = Object.entries(answers.statusCodeStats as Record<string, { count: number }>);
  return Object.fromEntries(statuses.map(([status, { count }]) => [status, count]));
}

function expectStatuses(counts: Counts): Counts {
  const unexpected = Object.keys(counts).filter((status) => status !== '200' && status !== '503');
  assert.deepEqual(unexpected, [], 'answers of log-ins');
  return counts;
}

function counted(counts: Counts): string {
  return `${counts['200'] ?? 0} log-ins, ${counts['503'] ?? 0} refusals`;
}

/** Whoever comes again as told gets in, however slow the machine is: at most a minute. */
async function expectLogin(url: string): Promise<void> {
  for (let attempt = 0; attempt < 60; attempt++) {
    const { status } = await ask('POST', `${url}/auth/login`, { body: ana });
    if (status === 200) return;
    assert.equal(status, 503, 'a log-in after the storm');
    await setTimeout(1000);
  }
  assert.fail('nobody can log in after the storm');
}

function goalOf({ p99 }: Delays): string {
  return p99 < 20 ? 'met' : 'MISSED';
}

function written({ p50, p99, max }: Delays): string {
  return `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, most ${max.toFixed(1)} ms`;
}

async function ask(method: string, url: string, { token, body }: { token?: string; body?: object } = {}) {
  const headers: Record<string, string> = {};
  if (token) headers.authorization = `Bearer ${token}`;
  if (body) headers['content-type'] = 'application/json';
  const answer = await fetch(url, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  const text = await answer.text();
  return { status: answer.status, body: (text ? JSON.parse(text) : {}) as Record<string, unknown> };
}

function claimsOf(token: string): { sub: string; jti: string } {
  return JSON.parse(Buffer.from(token.split('.')[1] as string, 'base64url').toString());
}

function median(numbers: number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}
