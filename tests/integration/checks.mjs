// Collects the checks of an interop test, runs them one after the other with a fresh server each,
// and counts: the last line is "N passed, N failed".

import { SluiceProcess } from './sluice_process.mjs';

const checks = [];

export function check(name, body) {
  checks.push({ name, body });
}

export async function runAll() {
  let passed = 0;
  let failed = 0;
  for (const { name, body } of checks) {
    const server = await new SluiceProcess().start();
    try {
      await body(server);
      passed += 1;
      console.log(`ok      ${name}`);
    } catch (error) {
      failed += 1;
      console.log(`FAILED  ${name}\n${error.stack}`);
    } finally {
      await server.close();
    }
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed > 0 || passed === 0 ? 1 : 0);
}
