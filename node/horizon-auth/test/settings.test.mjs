// The types of settings say what the table of settings in Rust says, which the reference page is made from.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

const read = (path) => readFileSync(new URL(path, import.meta.url), 'utf8');
const plainly = (text) => text.replaceAll('\\|', '|').replace(/\s+/g, ' ').trim();

/** Path and meaning of every setting on the reference page. */
function published() {
  const rows = read('../../../docs/reference/configuration.md').matchAll(/^\| `([a-z_.]+)` \|.*\| (.*?) Accepts .*\|$/gm);
  return new Map([...rows].map(([, path, meaning]) => [path, plainly(meaning)]));
}

/** Path and comment of every setting among the types. */
function typed() {
  const found = new Map();
  let section = '';
  let comment = '';
  for (const line of read('../src/settings.ts').split('\n').slice(2)) {
    const said = /^ +\/\*\* (.*) \*\/$/.exec(line);
    const opened = /^ {2}(\w+)\?: \{$/.exec(line);
    const setting = /^ +(\w+)\?: (?!\{$)/.exec(line);
    if (said) comment = said[1];
    else if (opened) section = `${opened[1]}.`;
    else if (line.startsWith('  }')) section = '';
    else if (setting) found.set(section + setting[1], plainly(comment));
  }
  return found;
}

describe('the types of settings', () => {
  it('name every setting there is, and no other', () => {
    assert.deepEqual([...typed().keys()].sort(), [...published().keys()].sort());
  });

  it('say what each means', () => {
    const types = typed();
    for (const [path, meaning] of published()) {
      assert.ok(types.get(path)?.startsWith(meaning), `${path}: ${types.get(path)} (expected: ${meaning})`);
    }
  });
});
