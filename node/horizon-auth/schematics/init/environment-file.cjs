'use strict';
// What .env and .env.example hold. Lines of others stay as they are, whatever they say.

const { generateKeyPairSync, randomBytes } = require('node:crypto');

const POSTGRES = 'postgres://horizon_auth:POSTGRES_PASSWORD_HERE@localhost:5432/horizon_auth';
const REDIS = 'redis://:REDIS_PASSWORD_HERE@localhost:6379';

/** The lines of each part, without values: those are made last, in a file that only its owner can read. */
function parts({ hasDatabase, hasRedis }) {
  return [
    {
      comment: ['# Of the servers in docker-compose.yml.'],
      lines: ['POSTGRES_PASSWORD=', 'REDIS_PASSWORD='],
    },
    {
      comment: hasDatabase
        ? ['# Where users and sessions are stored.']
        : [
            '# Without these two, SQLite in horizon-auth.db serves one process. With PostgreSQL and Redis any number can run',
            '# side by side: docker compose up --detach --wait, and remove the #. They hold the passwords above.',
          ],
      lines: [
        hasDatabase ? 'DATABASE_URL=' : `#DATABASE_URL=${POSTGRES}`,
        hasRedis ? 'REDIS_URL=' : `#REDIS_URL=${REDIS}`,
      ],
    },
    {
      comment: ['# Sign and verify access tokens. Production needs a pair of its own.'],
      lines: ['JWT_PRIVATE_KEY=', 'JWT_PUBLIC_KEY='],
    },
  ];
}

/** The text with the lines that it lacks, in parts with a heading. */
function withMissingLines(text, header, options) {
  // The public key belongs to the private one; the engine derives it.
  const isThere = (name) => hasLine(text, name) || (name === 'JWT_PUBLIC_KEY' && hasLine(text, 'JWT_PRIVATE_KEY'));
  const missing = parts(options)
    .map(({ comment, lines }) => ({ comment, lines: lines.filter((line) => !isThere(nameOf(line))) }))
    .filter(({ lines }) => lines.length > 0)
    .map(({ comment, lines }) => [...comment, ...lines].join('\n'));
  if (missing.length === 0) return text;
  const added = `${[...(text ? [] : [header]), ...missing].join('\n\n')}\n`;
  const gap = text === '' ? '' : text.endsWith('\n') ? '\n' : '\n\n';
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  return text + (gap + added).replace(/\n/g, eol);
}

/**
 * The text with a value behind every name of ours that has none yet.
 * Keys are made only if there is no private one: a pair has to fit.
 */
function withSecrets(text, { databaseUrl, redisUrl }) {
  const values = {
    POSTGRES_PASSWORD: () => randomBytes(24).toString('hex'),
    REDIS_PASSWORD: () => randomBytes(24).toString('hex'),
    DATABASE_URL: () => (databaseUrl === undefined ? '' : quoted(databaseUrl)),
    REDIS_URL: () => (redisUrl === undefined ? '' : quoted(redisUrl)),
    ...(valueOf(text, 'JWT_PRIVATE_KEY') === '' ? keyPair() : {}),
  };
  let filled = text;
  for (const [name, make] of Object.entries(values)) {
    filled = filled.replace(new RegExp(`^(${name}=)[ \\t]*(?=\\r?$)`, 'm'), (line, start) => start + make());
  }
  return filled.replace(/^(#?(?:DATABASE|REDIS)_URL=.*?:)(POSTGRES|REDIS)_PASSWORD_HERE@/gm, (line, start, server) => {
    const password = valueOf(filled, `${server}_PASSWORD`);
    return /^[\w.~-]+$/.test(password ?? '') ? `${start}${password}@` : line;
  });
}

/** Whether something is left for {@link withSecrets}. */
function lacksSecrets(text) {
  return ['POSTGRES_PASSWORD', 'REDIS_PASSWORD', 'JWT_PRIVATE_KEY'].some((name) => valueOf(text, name) === '');
}

function keyPair() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  // Node, Compose and dotenv read \n as a line break between double quotes.
  return { JWT_PRIVATE_KEY: () => JSON.stringify(privateKey), JWT_PUBLIC_KEY: () => JSON.stringify(publicKey) };
}

/** A URL between single quotes, where `$`, `#` and `\` mean themselves. */
function quoted(url) {
  return `'${url.replace(/'/g, '%27')}'`;
}

/** The last value of a name, without quotes; `undefined` if it has no line. */
function valueOf(text, name) {
  const found = [...text.matchAll(new RegExp(`^[ \\t]*(?:export[ \\t]+)?${name}[ \\t]*=[ \\t]*(.*?)[ \\t]*\\r?$`, 'gm'))].at(-1);
  return found?.[1].replace(/^(['"`])(.*)\1$/, '$2');
}

function hasLine(text, name) {
  return new RegExp(`^[ \\t]*#?[ \\t]*(?:export[ \\t]+)?${name}[ \\t]*=`, 'm').test(text);
}

function nameOf(line) {
  return /\w+/.exec(line)[0];
}

module.exports = { withMissingLines, withSecrets, lacksSecrets, valueOf };
