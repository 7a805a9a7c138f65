// The packages that hold the addon, one for each platform; npm installs the one that fits (os, cpu, libc).
//
//   node npm/platforms.mjs                  writes npm/PLATFORM/package.json and README.md, with the version of ../package.json
//   node npm/platforms.mjs --publish DIR    before publishing: puts DIR/horizon-auth.PLATFORM.node and the licences into them,
//                                           and all of them among the optionalDependencies of ../package.json
//
// package.json in the repository does not name them: a version that is not published yet cannot be in a lockfile.
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const packageFile = join(here, '..', 'package.json');
const main = JSON.parse(readFileSync(packageFile, 'utf8'));

/** What each platform is for npm, and for cargo. */
export const platforms = {
  'linux-x64-gnu': { os: 'linux', cpu: 'x64', libc: 'glibc', target: 'x86_64-unknown-linux-gnu' },
  'linux-x64-musl': { os: 'linux', cpu: 'x64', libc: 'musl', target: 'x86_64-unknown-linux-musl' },
  'linux-arm64-gnu': { os: 'linux', cpu: 'arm64', libc: 'glibc', target: 'aarch64-unknown-linux-gnu' },
  'linux-arm64-musl': { os: 'linux', cpu: 'arm64', libc: 'musl', target: 'aarch64-unknown-linux-musl' },
  'darwin-x64': { os: 'darwin', cpu: 'x64', target: 'x86_64-apple-darwin' },
  'darwin-arm64': { os: 'darwin', cpu: 'arm64', target: 'aarch64-apple-darwin' },
  'win32-x64-msvc': { os: 'win32', cpu: 'x64', target: 'x86_64-pc-windows-msvc' },
};

/** The name of a platform's package. */
export const packageName = (platform) => `${main.name}-${platform}`;

const addonName = (platform) => `horizon-auth.${platform}.node`;

/** The files of a platform's package that are in the repository. */
export function packageFiles(platform) {
  const { os, cpu, libc, target } = platforms[platform];
  const manifest = {
    name: packageName(platform),
    version: main.version,
    description: `The engine of ${main.name} for ${target}`,
    license: main.license,
    repository: { ...main.repository, directory: `${main.repository.directory}/npm/${platform}` },
    main: addonName(platform),
    files: [addonName(platform), 'LICENSE-*'],
    os: [os],
    cpu: [cpu],
    ...(libc ? { libc: [libc] } : {}),
    engines: main.engines,
    publishConfig: { access: 'public' },
  };
  return {
    'package.json': `${JSON.stringify(manifest, null, 2)}\n`,
    'README.md':
      `# ${packageName(platform)}\n\n` +
      `The engine of [${main.name}](https://www.npmjs.com/package/${main.name}) for \`${target}\`. ` +
      `Install that package; it brings this one.\n`,
  };
}

function writePackages() {
  for (const platform of Object.keys(platforms)) {
    mkdirSync(join(here, platform), { recursive: true });
    for (const [name, text] of Object.entries(packageFiles(platform))) writeFileSync(join(here, platform, name), text);
  }
}

function fillPackages(folder) {
  const missing = Object.keys(platforms).filter((platform) => !existsSync(join(folder, addonName(platform))));
  if (missing.length > 0) throw new Error(`${folder} lacks ${missing.map(addonName).join(', ')}`);
  writePackages();
  for (const platform of Object.keys(platforms)) {
    cpSync(join(folder, addonName(platform)), join(here, platform, addonName(platform)));
    for (const licence of ['LICENSE-APACHE', 'LICENSE-MIT']) cpSync(join(here, '..', licence), join(here, platform, licence));
  }
  const optionalDependencies = Object.fromEntries(Object.keys(platforms).map((platform) => [packageName(platform), main.version]));
  writeFileSync(packageFile, `${JSON.stringify({ ...main, optionalDependencies }, null, 2)}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [flag, folder] = process.argv.slice(2);
  if (flag === undefined) writePackages();
  else if (flag === '--publish' && folder) fillPackages(resolve(folder));
  else throw new Error('usage: node npm/platforms.mjs [--publish DIR]');
}
