// The rules in the devkit of the Nest CLI, as `nest g` and `nest add` run them. Its packages are in HORIZON_FLOW_FOLDER.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { nestApplication } from './project.mjs';

const require = createRequire(join(process.env.HORIZON_FLOW_FOLDER ?? '.', 'package.json'));
const { HostTree } = require('@angular-devkit/schematics');
const { SchematicTestRunner } = require('@angular-devkit/schematics/testing');

const collection = fileURLToPath(new URL('../../schematics/collection.json', import.meta.url));

async function run(name, options, files = nestApplication()) {
  const runner = new SchematicTestRunner('@ofeklabs/horizon-auth', collection);
  const said = [];
  runner.logger.subscribe(({ message }) => said.push(message));
  const tree = new HostTree();
  for (const [path, text] of Object.entries(files)) tree.create(path, text);
  const result = await runner.runSchematic(name, options, tree);
  return { tree: result, tasks: runner.tasks, said };
}

const AS_NEST_PASSES_THEM = { sourceRoot: 'src', language: 'ts', spec: true, flat: false, specFileSuffix: 'spec', format: false };

describe('in the devkit', () => {
  for (const name of ['init', 'nest-add']) {
    test(`${name} takes what the Nest CLI passes`, async () => {
      const { tree, said } = await run(name, AS_NEST_PASSES_THEM);
      assert.ok(tree.files.includes('/src/auth/auth.module.ts'));
      assert.match(tree.readContent('/src/app.module.ts'), /imports: \[AuthModule\]/);
      assert.deepEqual(said, []);
    });
  }

  test('packages are installed and secrets made when all is written', async () => {
    const { tree, tasks } = await run('init', {});
    assert.deepEqual(tasks.map(({ name }) => name).sort(), ['node-package', 'run-schematic']);
    const { options } = tasks.find(({ name }) => name === 'run-schematic');
    assert.deepEqual([options.name, options.options.file], ['secrets', '.env']);
    assert.match(tree.readContent('/.env'), /^JWT_PRIVATE_KEY=$/m);
  });

  test('defaults are those of the schema', async () => {
    const { tree } = await run('init', {});
    assert.match(tree.readContent('/src/auth/auth.module.ts'), /applyJwtGuardGlobally: false/);
    assert.ok(tree.files.includes('/src/auth/sample.controller.ts'));
  });

  test('what has the wrong type is refused by name', async () => {
    await assert.rejects(run('init', { sample: 'maybe' }), /sample/);
    await assert.rejects(run('init', { databaseUrl: 'mysql://x' }), /--database-url/);
  });
});
