import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, describe, it } from 'node:test';

const require = createRequire(import.meta.url);
const path = require.resolve('../dist/native/index.cjs');
const { version } = require('../package.json');
const folder = mkdtempSync(join(tmpdir(), 'horizon-auth-'));
after(() => rmSync(folder, { recursive: true }));

/** The loader as if nothing had been loaded yet. */
function fresh(addon) {
  const before = process.env.NAPI_RS_NATIVE_LIBRARY_PATH;
  delete require.cache[path];
  if (addon === undefined) delete process.env.NAPI_RS_NATIVE_LIBRARY_PATH;
  else process.env.NAPI_RS_NATIVE_LIBRARY_PATH = addon;
  const loader = require(path);
  return (work) => {
    try {
      return work(loader);
    } finally {
      if (before === undefined) delete process.env.NAPI_RS_NATIVE_LIBRARY_PATH;
      else process.env.NAPI_RS_NATIVE_LIBRARY_PATH = before;
    }
  };
}

function addonOf(text) {
  const file = join(folder, `${Math.random()}.cjs`);
  writeFileSync(file, text);
  return file;
}

describe('the loader', () => {
  it('takes the addon that the environment names', () => {
    const addon = addonOf(`module.exports = { version: () => '${version}' };`);
    fresh(addon)(({ load }) => assert.equal(load(), require(addon)));
  });

  it('takes a path from the folder that the process runs in', () => {
    const addon = addonOf(`module.exports = { version: () => '${version}' };`);
    fresh(relative(process.cwd(), addon))(({ load }) => assert.equal(load(), require(addon)));
  });

  it('refuses one of another version', () => {
    const addon = addonOf("module.exports = { version: () => '9.9.9' };");
    fresh(addon)(({ load }) => assert.throws(load, /has version 9\.9\.9; install the same version of both/));
  });

  it('names the file that cannot be loaded', () => {
    fresh(join(folder, 'none.node'))(({ load }) => assert.throws(load, /none\.node cannot be loaded/));
  });

  it('says what to install where there is none', () => {
    fresh()(({ load, platform }) => {
      const name = platform();
      assert.match(name, /^(linux-(x64|arm64)-(gnu|musl)|darwin-(x64|arm64)|win32-x64-msvc)$/);
      assert.throws(load, (error) => {
        assert.ok(error.message.includes(`@ofeklabs/horizon-auth-${name} is not installed`), error.message);
        assert.match(error.message, /npx horizon-auth build-native/);
        return true;
      });
    });
  });

  it('does not say that what is installed is not, where it cannot be loaded', () => {
    const name = require(path).platform();
    const root = join(folder, 'damaged');
    const addon = join(root, 'node_modules', '@ofeklabs', `horizon-auth-${name}`);
    mkdirSync(join(root, 'dist/native'), { recursive: true });
    mkdirSync(addon, { recursive: true });
    cpSync(path, join(root, 'dist/native/index.cjs'));
    writeFileSync(join(root, 'package.json'), `{ "version": "${version}" }`);
    writeFileSync(join(addon, 'package.json'), '{ "main": "addon.node" }');
    writeFileSync(join(addon, 'addon.node'), 'a part of one');
    fresh()(() => {
      assert.throws(require(join(root, 'dist/native/index.cjs')).load, ({ message }) => {
        assert.match(message, new RegExp(`horizon-auth-${name} cannot be loaded: .*It is damaged, or made for a newer system`));
        assert.doesNotMatch(message, /omit=optional/);
        return true;
      });
    });
  });

  it('is not asked before something needs it', async () => {
    const both = await Promise.all([import('../dist/esm/index.js'), import('../dist/cjs/index.js')]);
    for (const { HorizonAuthModule } of both) assert.equal(typeof HorizonAuthModule.forRoot, 'function');
  });
});
