// What a Node.js program does with the package `redis` on streams, in RESP2 and RESP3.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';

import { RESP_TYPES, WatchError, createClient } from 'redis';

import { check, runAll } from './checks.mjs';

async function connect(server, options = {}) {
  const client = createClient({ socket: { host: server.host, port: server.port }, ...options });
  client.on('error', () => {});
  await client.connect();
  return client;
}

const plain = (value) => JSON.parse(JSON.stringify(value));

for (const RESP of [2, 3]) {
  check(`streams and groups in RESP${RESP}`, async (server) => {
    const client = await connect(server, { RESP });
    const first = await client.xAdd('orders', '*', { item: 'tea', price: '3' });
    await client.xAdd('orders', '99999999999999-1', { item: 'cake' });
    assert.equal(await client.xLen('orders'), 2);
    assert.deepEqual(plain(await client.xRange('orders', '-', '+', { COUNT: 1 })),
      [{ id: first, message: { item: 'tea', price: '3' } }]);
    const read = await client.xRead({ key: 'orders', id: first });
    assert.match(JSON.stringify(read), /"item":"cake"/);
    assert.equal(await client.xRead({ key: 'orders', id: '$' }), null);

    await client.xGroupCreate('orders', 'g', '0');
    await assert.rejects(client.xGroupCreate('orders', 'g', '0'), /BUSYGROUP/);
    const got = await client.xReadGroup('g', 'me', { key: 'orders', id: '>' }, { COUNT: 10 });
    assert.match(JSON.stringify(got), new RegExp(first));
    assert.deepEqual(plain(await client.xPending('orders', 'g')), {
      pending: 2, firstId: first, lastId: '99999999999999-1',
      consumers: [{ name: 'me', deliveriesCounter: 2 }],
    });
    const [entry] = await client.xPendingRange('orders', 'g', '-', '+', 1);
    assert.deepEqual([entry.id, entry.consumer, entry.deliveriesCounter], [first, 'me', 1]);
    assert.equal(await client.xAck('orders', 'g', first), 1);
    const info = await client.xInfoStream('orders');
    assert.equal(info.length, 2);
    assert.equal(info['last-generated-id'], '99999999999999-1');
    const [group] = await client.xInfoGroups('orders');
    assert.deepEqual([group.name, group.pending, group.lag], ['g', 1, 0]);
    const [consumer] = await client.xInfoConsumers('orders', 'g');
    assert.deepEqual([consumer.name, consumer.pending], ['me', 1]);
    assert.ok(consumer.inactive >= 0);

    const claimed = await client.xClaim('orders', 'g', 'you', 0, '99999999999999-1');
    assert.equal(claimed[0].message.item, 'cake');
    await client.xDel('orders', '99999999999999-1');
    const auto = await client.xAutoClaim('orders', 'g', 'them', 0, '0-0');
    assert.deepEqual(plain(auto),
      { nextId: '0-0', messages: [], deletedMessages: ['99999999999999-1'] });
    assert.equal(await client.xTrim('orders', 'MAXLEN', 0), 1);
    client.destroy();
  });

  check(`documents and transactions in RESP${RESP}`, async (server) => {
    const client = await connect(server, { RESP });
    await client.hSet('task', { status: 'running', agent: 'a7' });
    assert.deepEqual({ ...(await client.hGetAll('task')) }, { status: 'running', agent: 'a7' });
    await client.zAdd('due', [{ score: 1.5, value: 'a' }, { score: 1, value: 'b' }]);
    assert.deepEqual(plain(await client.zRangeWithScores('due', 0, -1)),
      [{ value: 'b', score: 1 }, { value: 'a', score: 1.5 }]);
    assert.equal(await client.zScore('due', 'a'), 1.5);
    const replies = await client.multi()
      .set('k', '1').incr('k').xAdd('s', '1-1', { a: 'b' }).get('nothing')
      .exec();
    assert.deepEqual(replies, ['OK', 2, '1-1', null]);
    const keys = [];
    for await (const batch of client.scanIterator({ MATCH: '*' })) {
      keys.push(...batch);
    }
    assert.deepEqual(keys.sort(), ['due', 'k', 's', 'task']);
    client.destroy();
  });
}

check('a transaction with WATCH sees what another client changed', async (server) => {
  const client = await connect(server);
  const other = await connect(server);
  await client.set('stock', '10');
  await client.watch('stock');
  await other.set('stock', '7');
  await assert.rejects(client.multi().decr('stock').exec(), WatchError);
  await client.watch('stock');
  assert.deepEqual(await client.multi().decr('stock').exec(), [6]);
  client.destroy();
  other.destroy();
});

check('several blocked consumers share the work', async (server) => {
  const client = await connect(server);
  await client.xGroupCreate('jobs', 'workers', '0', { MKSTREAM: true });
  const done = [];
  const workers = ['a', 'b', 'c', 'd'].map(async (name) => {
    const own = await connect(server);
    for (;;) {
      const [{ messages: [{ id, message }] }] =
        await own.xReadGroup('workers', name, { key: 'jobs', id: '>' },
          { COUNT: 1, BLOCK: 20_000 });
      await own.xAck('jobs', 'workers', id);
      if (message.n === 'stop') break;
      done.push(Number(message.n));
    }
    own.destroy();
  });
  await Promise.all(Array.from({ length: 300 }, (_, n) => client.xAdd('jobs', '*', { n: `${n}` })));
  await Promise.all(workers.map(() => client.xAdd('jobs', '*', { n: 'stop' })));
  await Promise.all(workers);
  assert.deepEqual(done.sort((a, b) => a - b), Array.from({ length: 300 }, (_, n) => n));
  assert.equal((await client.xPending('jobs', 'workers')).pending, 0);
  client.destroy();
});

check('thousands of commands in flight keep their order', async (server) => {
  const client = await connect(server);
  const ids = await Promise.all(
    Array.from({ length: 10_000 }, (_, n) => client.xAdd('s', `${n + 1}-1`, { n: `${n}` })));
  assert.equal(ids[9_999], '10000-1');
  const entries = await client.xRange('s', '-', '+');
  assert.ok(entries.every(({ message }, n) => message.n === `${n}`));
  client.destroy();
});

check('any bytes and large ones come back', async (server) => {
  const client = await connect(server);
  const large = randomBytes(4 << 20);
  const everyByte = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
  await client.xAdd(everyByte, '1-1', { payload: large });
  const raw = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
  const [{ message }] = await raw.xRange(everyByte, '-', '+');
  assert.ok(large.equals(message.payload));
  client.destroy();
});

check('reconnects after kill -9 and finds what was acknowledged', async (server) => {
  const client = await connect(server);
  await client.xGroupCreate('s', 'g', '0', { MKSTREAM: true });
  const ids = [];
  for (let n = 0; n < 100; n += 1) {
    ids.push(await client.xAdd('s', '*', { n: `${n}` }));
  }
  await client.xReadGroup('g', 'me', { key: 's', id: '>' }, { COUNT: 30 });
  await client.xAck('s', 'g', ids.slice(0, 10));
  await server.kill();
  await server.start();
  const entries = await client.xRange('s', '-', '+');
  assert.deepEqual(entries.map(({ id }) => id), ids);
  const pending = (await client.xPendingRange('s', 'g', '-', '+', 100)).map(({ id }) => id);
  assert.ok(ids.slice(0, 10).every((id) => !pending.includes(id)));
  client.destroy();
});

await runAll();
