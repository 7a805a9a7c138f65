import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, it, mock } from 'node:test';
import { hideBody, readBody } from '../dist/esm/engine/body.js';

const bounds = { bytes: 16 * 1024, milliseconds: 1000 };

/** A request whose body comes in these pieces, or never. */
function request(pieces, rawHeaders = ['Transfer-Encoding', 'chunked'], more = {}) {
  const stream = pieces ? Readable.from(pieces, { objectMode: false }) : new Readable({ read() {} });
  const headers = Object.fromEntries(
    rawHeaders.flatMap((name, i) => (i % 2 === 0 ? [[name.toLowerCase(), rawHeaders[i + 1]]] : [])),
  );
  return Object.assign(stream, { rawHeaders, headers, httpVersionMajor: 1 }, more);
}

/** One that a parser has read to the end. */
async function parsed(body, rawHeaders) {
  const read = request(['read'], rawHeaders, { body });
  for await (const _ of read);
  return read;
}

const text = ({ bytes }) => bytes && Buffer.from(bytes).toString();

describe('a body', () => {
  it('is read as it came', async () => {
    const body = await readBody(request(['{"a":', ' 1}']), bounds);
    assert.equal(text(body), '{"a": 1}');
    assert.equal(body.original, true);
    assert.equal(text(await readBody(request(['ab'], ['Content-Length', '2']), bounds)), 'ab');
  });

  it('is read beneath the request of Fastify', async () => {
    assert.equal(text(await readBody({ raw: request(['a']) }, bounds)), 'a');
  });

  it('is not waited for where the head announces none', async () => {
    for (const rawHeaders of [[], ['Content-Length', '0']]) {
      assert.equal((await readBody(request(['a'], rawHeaders), bounds)).bytes, null);
    }
  });

  it('that is too long is read no further than shows that', async () => {
    const pieces = Array.from({ length: 64 }, () => Buffer.alloc(bounds.bytes));
    const { bytes } = await readBody(request(pieces), bounds);
    assert.ok(bytes.length > bounds.bytes && bytes.length <= 3 * bounds.bytes);
    const announced = ['Content-Length', String(bounds.bytes + 1)];
    assert.equal((await readBody(request(undefined, announced), bounds)).bytes, null, 'nothing is waited for');
  });

  it('that does not come is given up', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      const reading = readBody(request(undefined), bounds);
      mock.timers.tick(bounds.milliseconds);
      assert.deepEqual(await reading, { bytes: null, original: true, isLate: true });
    } finally {
      mock.timers.reset();
    }
  });

  it('is taken from where the application keeps it', async () => {
    const kept = Object.assign(await parsed({ a: 1 }), { rawBody: Buffer.from('{"a":  1}') });
    assert.equal(text(await readBody(kept, bounds)), '{"a":  1}');
  });

  it('that a parser has read is written again', async () => {
    const json = await readBody(await parsed({ a: 1 }, ['Content-Type', 'application/json']), bounds);
    assert.equal(text(json), '{"a":1}');
    assert.equal(json.original, false);
    const form = ['Content-Type', 'application/x-www-form-urlencoded', 'Content-Length', '3'];
    assert.equal(text(await readBody(await parsed({ a: 'b c' }, form), bounds)), 'a=b+c');
    assert.equal((await readBody(await parsed({}, []), bounds)).bytes, null);
    assert.equal((await readBody(await parsed(undefined, []), bounds)).bytes, null);
  });

  it('that is hidden is none for parsers, and one for the engine', async () => {
    const hidden = request(['a'], ['Content-Type', 'application/json', 'Transfer-Encoding', 'chunked', 'X-Other', '1']);
    hideBody(hidden);
    assert.deepEqual(hidden.headers, { 'x-other': '1' });
    assert.equal(text(await readBody(hidden, bounds)), 'a');
  });
});
