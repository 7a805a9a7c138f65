// Writes the Prisma schema of the engine's tables, as a migrated PostgreSQL has them.
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';

/** What each table holds. A table without a line is a mistake: whoever adds one says what it is for. */
const TABLES = {
  tenants: { model: 'Tenant', about: 'Closed groups of people. An installation without tenants has one, `default`.' },
  users: { model: 'User', about: 'Accounts. `email` is the form for look-ups, `emailWritten` the one that its owner typed.' },
  passwords: { model: 'Password', about: 'Argon2id hashes.', secret: true },
  user_roles: { model: 'UserRole', about: 'Roles that users have.' },
  roles: { model: 'Role', about: 'Names of roles that can be granted.' },
  sessions: { model: 'Session', about: 'One row for each log-in; it has ended if `revokedAt` is set or `absoluteExpiresAt` is past.' },
  refresh_tokens: { model: 'RefreshToken', about: 'Digests of refresh tokens, used and unused.', secret: true },
  one_time_tokens: { model: 'OneTimeToken', about: 'Digests of the tokens in mails.', secret: true },
  revocations: { model: 'Revocation', about: 'Access tokens that are refused before they expire.' },
  audit_events: { model: 'AuditEvent', about: 'Security events; docs/reference/events.md lists them. Only ever added to.' },
  outbox: { model: 'OutboxMail', about: 'Mails that are to be sent, and for a while those that were.' },
  signing_keys: { model: 'SigningKey', about: 'Keys of access tokens; private halves only sealed.', secret: true },
  outside_changes: { model: 'OutsideChange', about: 'How processes tell each other of changes.' },
  lives: { model: 'Life', about: 'One row after each restore from a backup.' },
};

const TYPES = { text: 'String', bigint: 'BigInt', integer: 'Int', boolean: 'Boolean', uuid: 'String @db.Uuid', bytea: 'Bytes' };

const HEADER = `// The tables of Horizon Auth in PostgreSQL, for reading. Made from the migrations of the engine; do not edit.
//
// The engine owns these tables: it makes them, changes them (npx horizon-auth migrate) and writes them. Write nothing here,
// and never let Prisma migrate this database: \`prisma migrate\` and \`prisma db push\` would take away what Prisma cannot
// express, such as the index by which a session has one live refresh token. For the same reason this file is not
// prisma/schema.prisma, where those commands look.
//
//   npx prisma generate --schema prisma/horizon-auth.prisma
//
// Prisma 7 takes the URL from prisma.config.ts; up to Prisma 6, add  url = env("DATABASE_URL")  to the datasource.
// Give it a role that may only SELECT. Times are milliseconds since 1970. Tables with hashes and keys are marked
// @@ignore: the client does not have them.

generator client {
  provider = "prisma-client-js"
  output   = "../generated/horizon-auth"
}

datasource db {
  provider = "postgresql"
}
`;

const COLUMNS = `
  SELECT c.relname AS "table", a.attname AS "column", format_type(a.atttypid, a.atttypmod) AS type,
         NOT a.attnotnull AS nullable, pg_get_expr(d.adbin, d.adrelid) AS "default"
    FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
   WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname NOT LIKE '\\_%'
   ORDER BY c.relname, a.attnum`;

const KEYS = `
  SELECT c.relname AS "table", i.indisprimary AS "primary",
         array(SELECT a.attname FROM unnest(i.indkey) WITH ORDINALITY k(n, o)
                 JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.n ORDER BY k.o) AS columns
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
   WHERE c.relnamespace = 'public'::regnamespace AND i.indisunique AND i.indpred IS NULL
   ORDER BY 1, 2 DESC, 3`;

const REFERENCES = `
  SELECT c.relname AS "table", a.attname AS "column", f.relname AS target, b.attname AS "targetColumn",
         r.confdeltype AS "onDelete"
    FROM pg_constraint r
    JOIN pg_class c ON c.oid = r.conrelid JOIN pg_class f ON f.oid = r.confrelid
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = r.conkey[1]
    JOIN pg_attribute b ON b.attrelid = f.oid AND b.attnum = r.confkey[1]
   WHERE r.contype = 'f' AND c.relnamespace = 'public'::regnamespace
   ORDER BY 1, 2`;

/** Runs `use` with the URL of a database that the program `horizon-auth` has migrated, and drops it afterwards. */
export function withMigratedDatabase(serverUrl, program, use) {
  const name = `horizon_prisma_${process.pid}`;
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  query(serverUrl, `CREATE DATABASE ${name}`);
  try {
    const { privateKey } = generateKeyPairSync('ed25519', {
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    run(program, ['migrate', 'apply'], { DATABASE_URL: url.href, JWT_PRIVATE_KEY: privateKey });
    return use(url.href);
  } finally {
    query(serverUrl, `DROP DATABASE ${name}`);
  }
}

/** The schema of a migrated database. */
export function prismaSchema(url) {
  const [columns, keys, references] = [COLUMNS, KEYS, REFERENCES].map((sql) => rows(url, sql));
  const of = (list, table) => list.filter((one) => one.table === table);
  const found = new Set(columns.map(({ table }) => table));
  const unknown = [...found].filter((table) => !TABLES[table]);
  const gone = Object.keys(TABLES).filter((table) => !found.has(table));
  if (unknown.length || gone.length) {
    throw new Error(`TABLES in prisma-schema.mjs: add ${unknown.join(', ') || 'nothing'}, take out ${gone.join(', ') || 'nothing'}`);
  }
  const isVisible = ({ table, target }) => !TABLES[table].secret && !TABLES[target].secret;
  const visible = references.filter(isVisible);
  const models = Object.entries(TABLES).map(([table, { model, about, secret }]) => {
    const primary = of(keys, table).find((key) => key.primary).columns;
    const unique = of(keys, table).filter((key) => !key.primary).map((key) => key.columns);
    const fields = of(columns, table).map((column) => scalar(column, primary, unique));
    for (const { column, target, targetColumn, onDelete } of of(visible, table)) {
      const deletion = onDelete === 'c' ? 'Cascade' : 'NoAction';
      fields.push([
        column.replace(/_id$/, ''),
        TABLES[target].model,
        `@relation(fields: [${camel(column)}], references: [${camel(targetColumn)}], onDelete: ${deletion}, onUpdate: NoAction)`,
      ]);
    }
    for (const { table: child } of visible.filter(({ target }) => target === table)) {
      fields.push([camel(child), `${TABLES[child].model}[]`, '']);
    }
    const width = (column) => Math.max(...fields.map((field) => field[column].length));
    const [names, types] = [width(0), width(1)];
    const lines = fields.map(([name, type, rest]) => `  ${name.padEnd(names)} ${type.padEnd(types)} ${rest}`.trimEnd());
    const wide = (list) => `[${list.map(camel).join(', ')}]`;
    const attributes = [
      ...(primary.length > 1 ? [`@@id(${wide(primary)})`] : []),
      ...unique.filter((list) => list.length > 1).map((list) => `@@unique(${wide(list)})`),
      `@@map("${table}")`,
      ...(secret ? ['@@ignore'] : []),
    ];
    return `/// ${about}\nmodel ${model} {\n${lines.join('\n')}\n\n${attributes.map((one) => `  ${one}`).join('\n')}\n}\n`;
  });
  return `${HEADER}\n${models.join('\n')}`;
}

function scalar({ column, type, nullable, default: value }, primary, unique) {
  const known = TYPES[type];
  if (!known) throw new Error(`prisma-schema.mjs knows no type ${type}, of ${column}`);
  const [name, native] = known.split(' ');
  const alone = (list) => list.length === 1 && list[0] === column;
  const parts = [];
  if (alone(primary)) parts.push('@id');
  if (unique.some(alone)) parts.push('@unique');
  if (value !== null) parts.push(`@default(${literal(value)})`);
  if (camel(column) !== column) parts.push(`@map("${column}")`);
  if (native) parts.push(native);
  return [camel(column), `${name}${nullable ? '?' : ''}`, parts.join(' ')];
}

function literal(value) {
  const [, text, number] = /^(?:'([^']*)'::\w+|\(?'?(-?\d+)'?\)?(?:::\w+)?)$/.exec(value) ?? [];
  if (number === undefined && text === undefined) throw new Error(`prisma-schema.mjs knows no default ${value}`);
  return number ?? (/^-?\d+$/.test(text) ? text : JSON.stringify(text));
}

function camel(name) {
  return name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
}

function rows(url, sql) {
  return JSON.parse(query(url, `SELECT coalesce(json_agg(row), '[]') FROM (${sql}) row`));
}

function query(url, sql) {
  return run('psql', ['--no-psqlrc', '--quiet', '--tuples-only', '--no-align', '--set=ON_ERROR_STOP=1', `--dbname=${url}`, `--command=${sql}`]);
}

function run(command, args, environment = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', env: { ...process.env, ...environment } });
  if (status !== 0) throw error ?? new Error(`${command} ${args[0]}: ${stderr || stdout}`);
  return stdout;
}
