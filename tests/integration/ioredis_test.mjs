// What a Node.js program does with the package `ioredis` on streams.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';

import { Redis } from 'ioredis';

import { check, runAll } from './checks.mjs';

function connect(server, options = {}) {
  const client = new Redis({ host: server.host, port: server.port, ...options });
  client.on('error', () => {});
  return client;
}

check('streams and groups', async (server) => {
  const client = connect(server);
  assert.equal(await client.xadd('orders', '1-1', 'item', 'tea', 'price', 3), '1-1');
  assert.equal(await client.xadd('orders', 'MAXLEN', '~', 1000, '2-1', 'item', 'cake'), '2-1');
  assert.equal(await client.xlen('orders'), 2);
  assert.deepEqual(await client.xrange('orders', '-', '+'),
    [['1-1', ['item', 'tea', 'price', '3']], ['2-1', ['item', 'cake']]]);
  assert.deepEqual(await client.xread('COUNT', 1, 'STREAMS', 'orders', '1-1'),
    [['orders', [['2-1', ['item', 'cake']]]]]);
  assert.equal(await client.xread('STREAMS', 'orders', '$'), null);
  assert.equal(await client.xgroup('CREATE', 'orders', 'g', '0'), 'OK');
  await assert.rejects(client.xgroup('CREATE', 'orders', 'g', '0'), /BUSYGROUP/);
  assert.deepEqual(
    await client.xreadgroup('GROUP', 'g', 'me', 'COUNT', 5, 'STREAMS', 'orders', '>'),
    [['orders', [['1-1', ['item', 'tea', 'price', '3']], ['2-1', ['item', 'cake']]]]]);
  assert.deepEqual(await client.xpending('orders', 'g'), [2, '1-1', '2-1', [['me', '2']]]);
  assert.equal(await client.xack('orders', 'g', '1-1'), 1);
  assert.deepEqual(await client.xclaim('orders', 'g', 'you', 0, '2-1', 'JUSTID'), ['2-1']);
  await client.xdel('orders', '2-1');
  assert.deepEqual(await client.xautoclaim('orders', 'g', 'them', 0, '0-0'), ['0-0', [], ['2-1']]);
  const info = await client.xinfo('STREAM', 'orders');
  assert.deepEqual(info.slice(0, 2), ['length', 1]);
  client.disconnect();
});

check('several blocked consumers share the work', async (server) => {
  const client = connect(server);
  await client.xgroup('CREATE', 'jobs', 'workers', '0', 'MKSTREAM');
  const done = [];
  const workers = ['a', 'b', 'c'].map(async (name) => {
    const own = connect(server);
    for (;;) {
      const [[, [[id, [, n]]]]] = await own.xreadgroup('GROUP', 'workers', name,
        'COUNT', 1, 'BLOCK', 20_000, 'STREAMS', 'jobs', '>');
      await own.xack('jobs', 'workers', id);
      if (n === 'stop') break;
      done.push(Number(n));
    }
    own.disconnect();
  });
  await Promise.all(Array.from({ length: 300 }, (_, n) => client.xadd('jobs', '*', 'n', n)));
  await Promise.all(workers.map(() => client.xadd('jobs', '*', 'n', 'stop')));
  await Promise.all(workers);
  assert.deepEqual(done.sort((a, b) => a - b), Array.from({ length: 300 }, (_, n) => n));
  client.disconnect();
});

check('a blocked read ends at its time', async (server) => {
  const client = connect(server);
  assert.equal(await client.xread('BLOCK', 20, 'STREAMS', 's', '$'), null);
  assert.equal(await client.ping(), 'PONG');
  client.disconnect();
});

check('transactions and WATCH', async (server) => {
  const client = connect(server);
  const other = connect(server);
  assert.deepEqual(await client.multi().set('k', 1).incr('k').xadd('s', '1-1', 'a', 'b').exec(),
    [[null, 'OK'], [null, 2], [null, '1-1']]);
  await client.watch('k');
  await other.set('k', 9);
  assert.equal(await client.multi().incr('k').exec(), null);
  const replies = await client.multi().incr('s').incr('k').exec();
  assert.match(replies[0][0].message, /WRONGTYPE/);
  assert.deepEqual(replies[1], [null, 10]);
  await assert.rejects(client.multi().set('k').exec(), /EXECABORT/);
  client.disconnect();
  other.disconnect();
});

check('pipelines keep their order', async (server) => {
  const client = connect(server);
  const pipeline = client.pipeline();
  for (let n = 1; n <= 5000; n += 1) {
    pipeline.xadd('s', `${n}-1`, 'n', n);
  }
  const replies = await pipeline.exec();
  assert.ok(replies.every(([error, id], n) => error === null && id === `${n + 1}-1`));
  assert.equal(await client.xlen('s'), 5000);
  client.disconnect();
});

check('documents and scans', async (server) => {
  const client = connect(server);
  await client.hset('task', { status: 'running', agent: 'a7' });
  assert.deepEqual(await client.hgetall('task'), { status: 'running', agent: 'a7' });
  await client.zadd('due', 1.5, 'a', 1, 'b');
  assert.deepEqual(await client.zrange('due', 0, -1, 'WITHSCORES'), ['b', '1', 'a', '1.5']);
  await client.set('lock', 'me', 'PX', 60_000, 'NX');
  assert.equal(await client.set('lock', 'you', 'PX', 60_000, 'NX'), null);
  const keys = [];
  for await (const batch of client.scanStream()) {
    keys.push(...batch);
  }
  assert.deepEqual(keys.sort(), ['due', 'lock', 'task']);
  client.disconnect();
});

check('any bytes and large ones come back', async (server) => {
  const client = connect(server);
  const large = randomBytes(4 << 20);
  const everyByte = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
  await client.xadd(everyByte, '1-1', everyByte, large);
  const [[, [field, value]]] = await client.xrangeBuffer(everyByte, '-', '+');
  assert.ok(everyByte.equals(field) && large.equals(value));
  client.disconnect();
});

check('a blocked consumer goes on after kill -9 and restart', async (server) => {
  const client = connect(server, { maxRetriesPerRequest: null });
  await client.xgroup('CREATE', 's', 'g', '0', 'MKSTREAM');
  const ids = [];
  for (let n = 0; n < 100; n += 1) {
    ids.push(await client.xadd('s', '*', 'n', n));
  }
  const consumer = connect(server, { maxRetriesPerRequest: null, retryStrategy: () => 20 });
  await consumer.xreadgroup('GROUP', 'g', 'me', 'COUNT', 100, 'STREAMS', 's', '>');
  assert.equal(await consumer.xack('s', 'g', ...ids), 100);
  const waiting = consumer.xreadgroup('GROUP', 'g', 'me', 'BLOCK', 0, 'STREAMS', 's', '>');
  await server.kill();
  await server.start();
  assert.deepEqual((await client.xrange('s', '-', '+')).map(([id]) => id), ids);
  const next = await client.xadd('s', '*', 'n', 'next');
  const [[, [[id]]]] = await waiting;
  assert.equal(id, next);
  client.disconnect();
  consumer.disconnect();
});

await runAll();
