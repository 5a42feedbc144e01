import type { Method } from '../method.ts';
import type { Plan } from './plan.ts';

/** What an experiment is made on. */
export interface Subject {
  readonly raters: readonly string[];
  readonly structures: readonly string[];
  /** Whether there are training images of both diagnoses. Without, nothing that reads a diagnosis can be done. */
  readonly diagnosed: boolean;
}

/** What the paper says of a number: it prints most figures as bars without values, and claims in words. */
export interface PaperClaim {
  /** The claim in one sentence, in our words, with its number where there is one. */
  readonly claim: string;
  /** A printed difference of AUCs, in points of 1: where it belongs. */
  readonly difference?: {
    readonly structure: string;
    readonly method: string;
    readonly against: string;
    readonly model: string;
    readonly value: number;
  };
}

/** A figure or table of the paper, or a common piece of work: a plan, and what the paper says came of it. */
export interface Experiment<Config = unknown> extends Method<Config> {
  /** For a heading; a figure or table is named as the paper does: 'Figure 4'. */
  readonly title: string;
  /** `sheet`: pictures of cases side by side; `bars`: numbers with intervals; null: a table is enough. */
  readonly drawing: 'bars' | 'sheet' | null;
  readonly claims: readonly PaperClaim[];
  /**
   * @param preset of the fusions and trainings in it
   * @throws InputError where the configuration names what the subject or the registries do not have.
   */
  plan(subject: Subject, config: Config, preset: string): Plan;
}
