import { cpus } from 'node:os';
import { loadBackend } from '../../ml/backend.ts';
import { codeVersion } from '../runs/code-version.ts';

/** What a result depends on besides its inputs: equal bits are promised for an equal environment only. */
export type Environment = {
  readonly backend: string;
  readonly device: string;
  readonly threads: number;
  /** Version of the backend's library. */
  readonly version: string;
  /** Whether our own compiled kernels take part. */
  readonly kernels: boolean;
  readonly processor: string;
  readonly platform: string;
  readonly node: string;
  readonly codeVersion: string;
};

export async function environment(): Promise<Environment> {
  const { name, device, threads, version, kernels } = await loadBackend();
  return {
    backend: name,
    device,
    threads,
    version,
    kernels,
    processor: cpus()[0]?.model ?? 'unknown',
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    codeVersion: codeVersion(),
  };
}
