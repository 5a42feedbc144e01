import type pg from 'pg';
import type { Prisma, Run, RunKind } from '../../prisma/client/client.ts';
import type { PrismaClient } from '../db.ts';
import type { PubSub } from '../pubsub.ts';
import type { BlobStore } from '../storage/blob-store.ts';
import type { RequestOf } from '../requests/requests.ts';
import type { Attempt } from '../runs/run-state.ts';
import type { Progress } from './progress.ts';

/** What a worker gives to its jobs. */
export interface JobContext {
  readonly prisma: PrismaClient;
  readonly pool: pg.Pool;
  readonly blobs: BlobStore;
  readonly pubsub: PubSub;
  readonly log: Log;
}

export interface Log {
  info(message: string): void;
  warn(message: string): void;
}

export interface JobInput<K extends RunKind = RunKind> extends JobContext {
  readonly run: Run;
  /** What was asked for, as this version reads it. */
  readonly request: RequestOf<K>;
  /** Every write of the job is made under this attempt (run-state.ts). */
  readonly owner: Attempt;
  readonly progress: Progress;
  /** Aborts when the run is cancelled or the worker stops: throw its reason within a step. */
  readonly signal: AbortSignal;
  /** Aborts when the worker stops: another one will go on with the run. */
  readonly workerStops: AbortSignal;
}

export interface Outcome {
  /** For a person or a program: counts, skipped rows, … */
  readonly result: Prisma.InputJsonObject;
  /** Written in the transaction that marks the run as succeeded. */
  readonly write?: (tx: Prisma.TransactionClient) => Promise<void>;
  /** True if the job has committed its work itself, so a cancellation comes too late. */
  readonly committed?: boolean;
}

/** The work of one kind of run. It may be restarted after a crash at any point, and must produce the same results. */
export interface Job<K extends RunKind = RunKind> {
  perform(input: JobInput<K>): Promise<Outcome>;
  /** What the run must wait for before it can begin; null where nothing. */
  waitsFor?(context: JobContext, run: Run, request: RequestOf<K>): Promise<string | null>;
}

export type Jobs = { readonly [K in RunKind]: Job<K> };
