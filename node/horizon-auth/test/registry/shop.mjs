// New applications of Nest, with everything installed but our packages.
import { cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { call } from '../flow/visit.mjs';

/** Makes new applications in a folder; `modules` has the packages of test/flow/package.json in node_modules. */
export class Shops {
  #folder;
  #modules;
  #npmrc;

  constructor(folder, modules, npmrc) {
    this.#folder = folder;
    this.#modules = modules;
    this.#npmrc = npmrc;
  }

  /** The one that is copied, as the Nest CLI makes it. */
  async prepare() {
    const nest = join(this.#modules, 'node_modules/.bin/nest');
    await call(nest, ['new', 'shop', '--skip-install', '--package-manager', 'npm', '--no-observe'], this.#folder);
    const shop = join(this.#folder, 'shop');
    // The packages of its tests are half of a new application's, and not installed here.
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(this.#modules, 'package.json'), 'utf8'));
    const manifest = JSON.parse(readFileSync(join(shop, 'package.json'), 'utf8'));
    writeFileSync(join(shop, 'package.json'), `${JSON.stringify({ ...manifest, dependencies, devDependencies }, null, 2)}\n`);
    const compiler = join(shop, 'tsconfig.json');
    writeFileSync(compiler, readFileSync(compiler, 'utf8').replace('"vitest/globals", ', ''));
    writeFileSync(join(shop, '.npmrc'), this.#npmrc);
    cpSync(join(this.#modules, 'package-lock.json'), join(shop, 'package-lock.json'));
  }

  /** A folder with a new application. */
  create(name) {
    const shop = join(this.#folder, name);
    cpSync(join(this.#folder, 'shop'), shop, { recursive: true });
    const modules = join(this.#modules, 'node_modules');
    cpSync(modules, join(shop, 'node_modules'), {
      recursive: true,
      verbatimSymlinks: true,
      // Another test has left ours there, and what npm noted of it.
      filter: (path) => path !== join(modules, '@ofeklabs') && path !== join(modules, '.package-lock.json'),
    });
    rmSync(join(shop, 'node_modules/.bin/horizon-auth'), { force: true });
    return shop;
  }
}

/** The packages of ours in a folder: names to versions. */
export function ours(folder) {
  const found = {};
  for (const scope of ['@ofeklabs', '@lean-kit']) {
    const packages = join(folder, 'node_modules', scope);
    for (const name of readdir(packages)) {
      found[`${scope}/${name}`] = JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf8')).version;
    }
  }
  return found;
}

function readdir(folder) {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}
