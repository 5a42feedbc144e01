import type { z } from 'zod';
import type { OutlinedMask } from '../diagnosis-model.ts';

/** What is measured on a mask, for a rule to tell the diagnosis by; larger values speak for diagnosis 1. */
export interface Biomarker<Settings> {
  readonly settings: z.ZodType<Settings>;
  /** @throws InputError naming the structure that is missing. */
  checkStructures(structures: readonly string[], settings: Settings): void;
  /** Finite numbers, as many for every mask; an empty mask has a stated answer. */
  measure(mask: OutlinedMask, settings: Settings): number[];
}
