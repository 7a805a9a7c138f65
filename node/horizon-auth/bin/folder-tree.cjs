'use strict';

const { randomBytes } = require('node:crypto');
const fs = require('node:fs');
const { dirname, join, sep } = require('node:path');

/** A folder, as a schematic changes it: nothing is written before {@link FolderTree.commit}. */
class FolderTree {
  #root;
  /** Path to its text, as it will be. */
  #texts = new Map();
  /** Path to its bytes, as they are. */
  #before = new Map();

  constructor(root) {
    this.#root = root;
  }

  exists(path) {
    return this.#texts.has(path) || this.#stat(path)?.isFile() === true;
  }

  read(path) {
    const text = this.#texts.get(path);
    if (text !== undefined) return Buffer.from(text);
    if (!this.exists(path)) return null;
    const bytes = fs.readFileSync(join(this.#root, path));
    this.#before.set(path, bytes);
    return bytes;
  }

  create(path, text) {
    if (this.#stat(path)) throw new Error(`${path} is there already, and is no file`);
    this.#texts.set(path, text);
  }

  overwrite(path, text) {
    if (!this.#before.has(path) && !this.#texts.has(path)) this.read(path);
    this.#texts.set(path, text);
  }

  /** What will be done, `.gitignore` first: no secret is written before git ignores it. */
  changes() {
    return [...this.#texts]
      .filter(([path, text]) => !this.#before.get(path)?.equals(Buffer.from(text)))
      .map(([path]) => ({ kind: this.#before.has(path) ? 'UPDATE' : 'CREATE', path }))
      .sort((a, b) => isIgnoreFile(b.path) - isIgnoreFile(a.path));
  }

  /** Writes everything, each file whole or not at all. What fails takes back what was written before. */
  commit() {
    const undo = [];
    try {
      for (const { kind, path } of this.changes()) this.#write(kind, path, undo);
    } catch (error) {
      for (const step of undo.reverse()) step();
      throw new Error(`${error.message}. Nothing was changed.`, { cause: error });
    }
  }

  #write(kind, path, undo) {
    const target = join(this.#root, path);
    const before = this.#before.get(path);
    const made = fs.mkdirSync(dirname(target), { recursive: true });
    if (made) undo.push(() => fs.rmSync(made, { recursive: true, force: true }));
    const found = this.#stat(path);
    if (kind === 'CREATE' ? found : !found || !fs.readFileSync(target).equals(before)) {
      throw new Error(`${path} was changed by somebody else meanwhile; run this again`);
    }
    const mode = isSecret(path) ? 0o600 : found ? found.mode & 0o777 : 0o666;
    replace(target, this.#texts.get(path), mode, found !== undefined);
    undo.push(() => (before ? replace(target, before, found.mode & 0o777, true) : fs.rmSync(target, { force: true })));
  }

  /** What is at a path. Links are refused: what is written must not end up where one leads. */
  #stat(path) {
    let at = this.#root;
    let found;
    for (const part of path.split('/')) {
      at = join(at, part);
      found = fs.lstatSync(at, { throwIfNoEntry: false });
      if (found?.isSymbolicLink()) throw new Error(`${at.slice(this.#root.length + sep.length)} is a symbolic link: refused`);
      if (!found) return undefined;
    }
    return found;
  }
}

/** Puts a file in place at once: whoever reads sees the old one or the new one, never a part. */
function replace(target, content, mode, isThere) {
  const temporary = `${target}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    fs.writeFileSync(temporary, content, { flag: 'wx', mode });
    // The umask may have taken bits from a file that had them.
    if (isThere || mode === 0o600) fs.chmodSync(temporary, mode);
    fs.renameSync(temporary, target);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
}

function isSecret(path) {
  return path.split('/').at(-1) === '.env';
}

function isIgnoreFile(path) {
  return path.split('/').at(-1) === '.gitignore';
}

module.exports = { FolderTree };
