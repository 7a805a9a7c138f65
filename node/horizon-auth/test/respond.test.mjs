import assert from 'node:assert/strict';
import { ServerResponse } from 'node:http';
import { describe, it } from 'node:test';
import { addCookies } from '../dist/esm/engine/respond.js';

const response = () => new ServerResponse({ method: 'GET', httpVersionMajor: 1, httpVersionMinor: 1 });

describe('cookies that are handed out', () => {
  it('stand beside those of the application, in an answer that no cache keeps', () => {
    const answer = response();
    answer.setHeader('Set-Cookie', 'theme=dark');
    answer.setHeader('Cache-Control', 'public');
    addCookies(answer, ['session=a; Path=/', 'csrf=b; Path=/']);
    assert.deepEqual(answer.getHeader('set-cookie'), ['theme=dark', 'session=a; Path=/', 'csrf=b; Path=/']);
    assert.equal(answer.getHeader('cache-control'), 'no-store');
  });

  it('are not lost in an answer that is on its way', () => {
    const answer = response();
    answer.writeHead(200);
    assert.throws(() => addCookies(answer, ['session=secret']), (error) => {
      assert.match(error.message, /the answer is on its way already/);
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
  });

  it('are not put onto what is no response', () => {
    for (const none of [undefined, null, {}, { raw: {} }, { header() {} }]) assert.throws(() => addCookies(none, []), TypeError);
  });
});
