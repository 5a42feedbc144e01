import type { Method } from '../method.ts';
import type { Plan } from './plan.ts';

/** What an experiment is made on. */
export interface Subject {
  readonly raters: readonly string[];
  readonly structures: readonly string[];
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

/** A figure or table of the paper: a plan, and what the paper says came of it. */
export interface Experiment<Config = unknown> extends Method<Config> {
  /** As the paper calls it: 'Figure 4'. */
  readonly title: string;
  /** `sheet`: pictures of cases side by side; `bars`: numbers with intervals. */
  readonly drawing: 'bars' | 'sheet';
  readonly claims: readonly PaperClaim[];
  /** @throws InputError where the configuration names what the subject or the registries do not have. */
  plan(subject: Subject, config: Config): Plan;
}
