// What the workflow packs and publishes: a tree like that of the repository, with addons and tarballs in it.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { platforms } from '../../npm/platforms.mjs';
import { call } from '../flow/visit.mjs';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

/** The platform of this machine. */
export const here = createRequire(import.meta.url)('../../dist/native/index.cjs').platform();

/** The packages as they have been built, and an addon for every platform: the given one for this machine. */
export function layOut(tree, addon) {
  for (const name of ['horizon-auth', 'lean-auth']) {
    cpSync(join(root, 'node', name), join(tree, 'node', name), {
      recursive: true,
      filter: (path) => !['node_modules', 'src', 'test'].includes(basename(path)),
    });
  }
  mkdirSync(join(tree, 'addons'));
  for (const platform of Object.keys(platforms)) {
    const place = join(tree, 'addons', `horizon-auth.${platform}.node`);
    if (platform === here) copyStripped(addon, place);
    else writeFileSync(place, `The place of the addon for ${platform}, of which only the package is tried.\n`);
  }
}

/** Most of an addon for debugging is of no use here, and would be compressed for seconds. */
function copyStripped(addon, place) {
  const { status } = spawnSync('strip', ['--strip-debug', '-o', place, addon], { stdio: 'ignore' });
  if (status !== 0) copyFileSync(addon, place);
}

/** The tarballs of a tree. */
export function tarballsOf(tree) {
  return readdirSync(join(tree, 'tarballs')).map((name) => join(tree, 'tarballs', name));
}

/** What npm writes into a lock file of what a tarball holds. */
export function integrityOf(tarball) {
  return `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`;
}

/** Packs a tarball again with another package.json, into a folder; the new tarball. */
export async function repack(tarball, folder, change) {
  const unpacked = join(folder, 'unpacked');
  rmSync(unpacked, { recursive: true, force: true });
  mkdirSync(unpacked, { recursive: true });
  await call('tar', ['--extract', '--gzip', '--file', tarball, '--directory', unpacked], folder);
  const file = join(unpacked, 'package/package.json');
  const manifest = change(JSON.parse(readFileSync(file, 'utf8')));
  writeFileSync(file, JSON.stringify(manifest));
  const name = `${manifest.name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`;
  await call('tar', ['--create', '--gzip', '--file', join(folder, name), '--directory', unpacked, 'package'], folder);
  rmSync(unpacked, { recursive: true });
  return join(folder, name);
}
