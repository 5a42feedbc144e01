import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

/** A problem of two classes. */
export interface SvmProblem {
  readonly rows: readonly (readonly number[])[];
  readonly labels: readonly (0 | 1)[];
  /** Bound C of the dual coefficients, times the class weight. */
  readonly cost: number;
  /** exp(−gamma · |x − y|²) is the kernel. */
  readonly gamma: number;
  readonly weight: Readonly<Record<0 | 1, number>>;
}

/** Decision of x: intercept + Σ coefficient · exp(−gamma · |x − row|²), over the support vectors; positive for class 1. */
export interface SvmSolution {
  /** Indices of the support vectors among the rows. */
  readonly support: readonly number[];
  readonly coefficients: readonly number[];
  readonly intercept: number;
}

/** LIBSVM's default, 1e-3, leaves decision values that change in the third decimal with the order of the rows. */
const TOLERANCE = 1e-6;

/**
 * C-SVC with a radial kernel by LIBSVM (Chang and Lin, LIBSVM: a library for support vector machines, ACM TIST 2011).
 * Draws no random numbers. It works in one go, two seconds for 5000 rows, growing with their square: in a thread of its own,
 * so that heartbeats and cancellations come through. Aborting ends the thread and throws the signal's reason.
 */
export async function solveSvm(problem: SvmProblem, signal?: AbortSignal): Promise<SvmSolution> {
  signal?.throwIfAborted();
  const { support, model } = await trainInThread(problem, signal);
  return { support, ...readModel(model) };
}

interface Trained {
  readonly support: readonly number[];
  /** LIBSVM's own text format. */
  readonly model: string;
}

/** Settles when the thread has ended: nothing of it is left. */
function trainInThread(problem: SvmProblem, signal?: AbortSignal): Promise<Trained> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(join(import.meta.dirname, 'libsvm-thread.mjs'), {
      workerData: { ...problem, tolerance: TOLERANCE },
      execArgv: [], // plain JavaScript needs no loader
    });
    const stop = (): void => void thread.terminate();
    signal?.addEventListener('abort', stop);
    let trained: Trained | undefined;
    thread.once('message', (message: Trained) => (trained = message));
    thread.once('error', reject);
    thread.once('exit', (code) => {
      signal?.removeEventListener('abort', stop);
      if (trained) resolve(trained);
      else if (signal?.aborted) reject(signal.reason as Error);
      else reject(new Error(`LIBSVM's thread ended without a solution, with code ${code}`));
    });
  });
}

/** Header lines 'name value …', a line 'SV', then a line a support vector that begins with its coefficient. */
function readModel(text: string): Pick<SvmSolution, 'coefficients' | 'intercept'> {
  const [header, vectors] = text.split('\nSV\n');
  const fields = new Map(header.split('\n').map((line) => [line.split(' ')[0], line.split(' ').slice(1)]));
  // Decisions are positive for the class that is named first: the one that the rows begin with.
  const sign = fields.get('label')?.[0] === '1' ? 1 : -1;
  const coefficients = vectors.trim().split('\n').map((line) => sign * parseFloat(line)); // prettier-ignore
  return { coefficients, intercept: -sign * Number(fields.get('rho')?.[0]) };
}
