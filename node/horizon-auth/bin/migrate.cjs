'use strict';
// The schema of the engine's tables. All of it is in the addon, as in the program `horizon-auth`.

const { generateKeyPairSync } = require('node:crypto');
const { readFileSync } = require('node:fs');

const COMMANDS = ['plan', 'apply', 'status', 'verify'];

const help = `Brings the schema of the database up to date, or looks at it

Usage: horizon-auth migrate [COMMAND] [OPTIONS]

Commands:
  plan     List what would be applied, in order; changes nothing
  apply    Apply what is missing; what migrate alone does
  status   Say how far the schema is; exit status 1 if it is not the one of this version
  verify   Compare the tables with what the migrations make; exit status 1 if something differs

Options:
      --sql   With plan: show the statements too
  -h, --help  Print this

The database is the one of DATABASE_URL, or of the file that DATABASE_URL_FILE names; .env of the current folder is read.
In development the engine migrates by itself when it starts; with NODE_ENV=production it refuses to start on a schema that
is not its own. Migrations never go back: make a backup first.
`;

const options = { sql: { type: 'boolean' } };

async function run({ sql }, positionals) {
  const [command = 'apply', ...more] = positionals;
  if (!COMMANDS.includes(command) || more.length > 0) {
    throw new Error(`migrate ${positionals.join(' ')}: there are ${COMMANDS.join(', ')}`);
  }
  if (sql && command !== 'plan') throw new Error(`--sql goes with migrate plan, not with ${command}`);
  const url = databaseUrl();
  const addon = require('../dist/native/index.cjs').load();
  // Settings always have a key that signs. Nothing is signed here, so it need not be the one of the application.
  const { privateKey } = generateKeyPairSync('ed25519', {
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const settings = { database: { url }, jwt: { privateKey } };
  const { lines, status } = await addon.migrate(sql ? 'plan-sql' : command, JSON.stringify(settings), process.cwd());
  for (const line of lines) process.stdout.write(`${line}\n`);
  return status;
}

function databaseUrl() {
  try {
    process.loadEnvFile();
  } catch (error) {
    if (error.code !== 'ENOENT') throw new Error(`.env cannot be read: ${error.message}`);
  }
  const { DATABASE_URL: url, DATABASE_URL_FILE: file } = process.env;
  if (url) return url;
  if (file) return readFileSync(file, 'utf8').trim();
  throw new Error('DATABASE_URL is not set, neither in the environment nor in .env: name the database to migrate, such as sqlite:horizon-auth.db');
}

module.exports = { allowPositionals: true, help, options, run };
