// The same no-op jobs on Sluice, from node-redis: XADD, and a worker that leases and acknowledges.
//
// The worker leases up to 32 jobs ahead, handles as many at a time as its concurrency says, and
// acknowledges behind their backs: the next job does not wait for the disk, the end does.
import { createClient } from "redis";

import { inBatches, measure, options, payload, timed } from "./load.mjs";

const preload = 1000;
const stream = "jobs";
const group = "workers";
const leasedAhead = 32;
const client = await createClient({ socket: { host: "127.0.0.1", port: options.port } }).connect();
const leaser = await client.duplicate().connect();
const data = JSON.stringify(payload);

function add(count) {
  const sent = Array.from({ length: count }, () =>
    client.sendCommand(["XADD", stream, "*", "type", "job", "data", data]));
  return Promise.all(sent);
}

function lease() {
  return leaser.sendCommand(["SLUICE.LEASE", "GROUP", group, "worker",
    "COUNT", String(Math.max(options.size, leasedAhead)), "STREAMS", stream]);
}

async function handle(_fields) {}

async function settle(jobs) {
  const words = await client.sendCommand(
    ["SLUICE.ACK", stream, group, ...jobs.flatMap(([, id, epoch]) => [id, epoch])]);
  if (!words.every((word) => word === "OK")) throw new Error(`not all settled: ${words}`);
}

async function workThroughAll() {
  const settles = [];
  let next = lease();
  for (let left = options.jobs; left > 0;) {
    const jobs = await next;
    if (jobs === null) throw new Error(`${left} jobs are missing`);
    next = lease();
    for (let i = 0; i < jobs.length; i += options.size) {
      const now = jobs.slice(i, i + options.size);
      await Promise.all(now.map((job) => handle(job[6])));
      settles.push(settle(now));
    }
    left -= jobs.length;
  }
  await Promise.all([...settles, next]);
}

await client.sendCommand(["SLUICE.GROUP", "CREATE", stream, group, "RETRY", "none"]);
await measure({
  add: () => timed(() => inBatches(options.jobs, options.size, add)),
  consume: async () => {
    await inBatches(options.jobs, preload, add);
    return timed(workThroughAll);
  },
});
await Promise.all([client.close(), leaser.close()]);
