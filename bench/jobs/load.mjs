// What the job programs share: their arguments, the payload, and the one line that they print.
//
//   node PROGRAM.mjs PORT add|consume JOBS BATCH_OR_CONCURRENCY
//
// `add` adds the jobs in batches, each waited for; `consume` makes the jobs first, then measures
// from the start of the worker until the last job is settled. Handlers do nothing.
import { performance } from "node:perf_hooks";

const [port, task, jobs, size] = process.argv.slice(2);

export const options = { port: Number(port), task, jobs: Number(jobs), size: Number(size) };

export const payload = {
  task_id: "0199c7e2-6f0b-7d7e-8c1e-2f6f0b7d7e8c",
  goal: "summarise the failed builds of this week",
  tool: "search.code",
  arguments: { query: "flaky test", limit: 20 },
};

// Runs the task and prints {"seconds", "jobs", "cpu_seconds"} of it.
export async function measure(tasks) {
  const before = process.cpuUsage();
  const seconds = await tasks[options.task]();
  const used = process.cpuUsage(before);
  console.log(JSON.stringify({
    seconds,
    jobs: options.jobs,
    cpu_seconds: (used.user + used.system) / 1e6,
  }));
}

export async function timed(work) {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}

export async function inBatches(jobs, size, add) {
  for (let done = 0; done < jobs; done += size) {
    await add(Math.min(size, jobs - done));
  }
}
