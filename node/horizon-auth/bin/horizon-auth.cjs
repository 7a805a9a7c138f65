#!/usr/bin/env node
'use strict';

const { parseArgs } = require('node:util');

const { version } = require('../package.json');

const HELP = `Horizon Auth for NestJS

Usage: horizon-auth COMMAND [OPTIONS]

Commands:
  init           Add Horizon Auth to the Nest application of this folder
  migrate        Bring the schema of the database up to date, or look at it
  build-native   Build the addon from source, for platforms that have no package

Options:
  -h, --help     Print this, or the help of a command
  -V, --version  Print the version
`;

/** A mistake of whoever calls; its message says all there is to say. */
class UsageError extends Error {}

const commands = {
  init: () => require('./init.cjs'),
  migrate: () => require('./migrate.cjs'),
  'build-native': () => require('./build-native.cjs'),
};

async function main([name, ...rest]) {
  if (name === '--version' || name === '-V') return print(version);
  if (name === undefined) throw new UsageError(`which command?\n\n${HELP.trimEnd()}`);
  if (name === '--help' || name === '-h' || name === 'help') return print(HELP);
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!load) throw new UsageError(`no command ${JSON.stringify(name)}: there are ${Object.keys(commands).join(', ')}`);
  const command = load();
  const { values, positionals } = read(name, command, rest);
  if (values.help) return print(command.help);
  return command.run(values, positionals);
}

function read(name, command, args) {
  const options = { ...command.options, help: { type: 'boolean', short: 'h' } };
  try {
    return parseArgs({ args, options, allowPositionals: command.allowPositionals === true, allowNegative: true });
  } catch (error) {
    throw new UsageError(`${error.message.split('\n')[0]} (horizon-auth ${name} --help lists the options)`);
  }
}

function print(text) {
  process.stdout.write(`${text.trimEnd()}\n`);
}

main(process.argv.slice(2)).then(
  (status) => {
    process.exitCode = status ?? 0;
  },
  (error) => {
    // A stack helps only whoever mends the program.
    const text = process.env.DEBUG ? error.stack : error.message;
    process.stderr.write(`horizon-auth: ${text}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  },
);
