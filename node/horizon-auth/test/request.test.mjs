import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, it } from 'node:test';
import { carrierOf, rememberUpgrade, requestOf } from '../dist/esm/engine/request.js';

const raw = (more = {}) => ({
  method: 'GET',
  url: '/here?a=b',
  headers: { authorization: 'Bearer a', cookie: 'b=c' },
  rawHeaders: ['Authorization', 'Bearer a', 'Cookie', 'b=c'],
  httpVersionMajor: 1,
  socket: { remoteAddress: '192.0.2.1' },
  ...more,
});

/** What Nest hands to guards; `args` are the arguments of the handler. */
const context = (type, ...args) => ({
  getType: () => type,
  getArgByIndex: (index) => args[index],
  switchToHttp: () => ({ getRequest: () => args[0] }),
  switchToWs: () => ({ getClient: () => args[0] }),
});

describe('the request behind a handler', () => {
  it('is that of Express and of Fastify', () => {
    const express = raw({ url: '/router', originalUrl: '/here?a=b' });
    for (const request of [express, { raw: raw(), originalUrl: '/here?a=b' }]) {
      const { request: known, ...view } = requestOf(context('http', request));
      assert.equal(known, request);
      assert.deepEqual(view, {
        method: 'GET',
        uri: '/here?a=b',
        headers: ['Authorization', 'Bearer a', 'Cookie', 'b=c'],
        ip: '192.0.2.1',
      });
    }
  });

  it('keeps header lines apart that came twice', () => {
    const rawHeaders = ['x-tenant-id', 'a', 'X-Tenant-ID', 'b'];
    assert.deepEqual(requestOf(context('http', raw({ rawHeaders }))).headers, rawHeaders);
  });

  it('names the host of HTTP/2 as HTTP/1 does', () => {
    const rawHeaders = [':method', 'GET', ':authority', 'example.com', 'cookie', 'a=b'];
    const { headers } = requestOf(context('http', raw({ rawHeaders, httpVersionMajor: 2 })));
    assert.deepEqual(headers, ['host', 'example.com', 'cookie', 'a=b']);
  });

  it('is that of GraphQL, wherever the driver put it', () => {
    const request = raw();
    for (const carried of [{ req: request }, { request }, { reply: { request } }, { extra: { request } }]) {
      assert.equal(requestOf(context('graphql', {}, {}, carried, {})).request, request);
    }
  });

  it('is the one that opened a WebSocket, and counts as unsafe', () => {
    const socket = new EventEmitter();
    rememberUpgrade(raw(), socket);
    const clients = [{ _socket: socket }, { request: raw() }, { upgradeReq: raw() }];
    for (const client of clients) {
      const view = requestOf(context('ws', client));
      assert.equal(view.method, 'POST');
      assert.equal(view.uri, '/here?a=b');
      assert.deepEqual(view.headers.slice(0, 2), ['Authorization', 'Bearer a']);
      assert.equal(carrierOf(context('ws', client)), client);
    }
  });

  it("has the token of Socket.IO's handshake unless a header has one", () => {
    const handshake = { headers: { cookie: 'b=c' }, auth: { token: 'x' }, url: '/socket.io', address: '192.0.2.1' };
    const { headers, ip } = requestOf(context('ws', { handshake }));
    assert.deepEqual(headers, ['cookie', 'b=c', 'authorization', 'Bearer x']);
    assert.equal(ip, '192.0.2.1');
    const both = requestOf(context('ws', { handshake, request: raw() }));
    assert.deepEqual(both.headers, raw().rawHeaders);
  });

  it('is not there where nobody sent one', () => {
    const nothing = [
      context('rpc', {}),
      context('http', undefined),
      context('http', {}),
      context('graphql', {}, {}, undefined),
      context('graphql', {}, {}, {}),
      context('graphql', {}, {}, { req: { user: 'somebody' } }),
      context('ws', undefined),
      context('ws', { _socket: new EventEmitter() }),
      context('something', raw()),
    ];
    for (const one of nothing) assert.equal(requestOf(one), undefined, one.getType());
  });
});
