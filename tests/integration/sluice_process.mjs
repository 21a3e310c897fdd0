// Starts and ends the real `sluice serve` ($SLUICE_BINARY) in a temporary folder, on free ports.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const readyLine = /^ready resp=(\S+):(\d+) http=\S+ data=/;

export class SluiceProcess {
  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'sluice-node-'));
    this.resp = '127.0.0.1:0';
  }

  // Starts in the same folder, and on the same port when there was one.
  async start() {
    const flags = ['serve', '--data', join(this.folder, 'data'), '--resp', this.resp,
      '--http', '127.0.0.1:0'];
    this.process = spawn(process.env.SLUICE_BINARY, flags, { stdio: ['ignore', 'pipe', 'pipe'] });
    let log = '';
    this.process.stderr.on('data', (bytes) => { log += bytes; });
    this.ended = new Promise((resolve) => this.process.once('exit', resolve));
    const lines = createInterface({ input: this.process.stdout });
    const ready = new Promise((resolve) => lines.once('line', resolve));
    const failed = this.ended.then((code) => {
      throw new Error(`sluice ended with ${code} before it was ready:\n${log}`);
    });
    const match = readyLine.exec(await Promise.race([ready, failed]));
    failed.catch(() => {});
    [, this.host, this.port] = match;
    this.port = Number(this.port);
    this.resp = `${this.host}:${this.port}`;
    return this;
  }

  async kill() {
    this.process.kill('SIGKILL');
    await this.ended;
  }

  async close() {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
