import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const probe = fileURLToPath(new URL('./adapter.mjs', import.meta.url));

/** Why WebGPU cannot be tested here; undefined where it can. Looked up in a process of its own, before any test is declared. */
export function whyNoWebgpu(): string | undefined {
  const { status, stdout, stderr } = spawnSync(process.execPath, [probe], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  return status === 0 ? undefined : (stdout || stderr || 'the look-up did not end').trim().split('\n')[0];
}

/** The tests, or in their place one that is skipped and says why. */
export function describeWithWebgpu(name: string, tests: () => void): void {
  const reason = whyNoWebgpu();
  if (!reason) return describe(name, tests);
  process.stderr.write(`${name}: skipped, as there is no WebGPU here (${reason}).\n`);
  test.skip(name, () => undefined);
}
