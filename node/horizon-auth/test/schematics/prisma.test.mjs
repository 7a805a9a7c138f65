import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';

import { prismaSchema, withMigratedDatabase } from './prisma-schema.mjs';

const file = new URL('../../schematics/init/files/horizon-auth.prisma', import.meta.url);
const server = process.env.HORIZON_TEST_POSTGRES_URL;
const program = process.env.HORIZON_AUTH_PROGRAM;
assert.ok(server && program, 'HORIZON_TEST_POSTGRES_URL and HORIZON_AUTH_PROGRAM name a server and the program');

test('the Prisma schema is that of the tables of a migrated database', () => {
  const schema = withMigratedDatabase(server, program, prismaSchema);
  if (process.env.UPDATE_REFERENCE) writeFileSync(file, schema);
  assert.equal(readFileSync(file, 'utf8'), schema, 'stale: run this with UPDATE_REFERENCE=1');
});
