// No-op jobs on BullMQ: addBulk, and one Worker with a concurrency.
import { Queue, Worker } from "bullmq";

import { inBatches, measure, options, payload, timed } from "./load.mjs";

const preload = 1000;
const connection = { host: "127.0.0.1", port: options.port, maxRetriesPerRequest: null };
const queue = new Queue("jobs", { connection });

function add(count) {
  return queue.addBulk(Array.from({ length: count }, () => ({
    name: "job",
    data: payload,
    // What ours does too: a settled job leaves the queue.
    opts: { removeOnComplete: true, removeOnFail: true },
  })));
}

function workThroughAll() {
  return new Promise((resolve, reject) => {
    let left = options.jobs;
    const worker = new Worker("jobs", async () => {}, { connection, concurrency: options.size });
    worker.on("error", reject);
    worker.on("failed", (_, error) => reject(error));
    worker.on("completed", () => {
      left -= 1;
      if (left === 0) resolve(worker);
    });
  });
}

await queue.waitUntilReady();
await measure({
  add: () => timed(() => inBatches(options.jobs, options.size, add)),
  consume: async () => {
    await inBatches(options.jobs, preload, add);
    let worker;
    const seconds = await timed(async () => {
      worker = await workThroughAll();
    });
    await worker.close();
    return seconds;
  },
});
await queue.close();
