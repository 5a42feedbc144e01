/** Agreement beyond chance, as the kappas count it: (P − Pₑ) / (1 − Pₑ); null where chance agrees fully. */
export function kappaOf(observed: number, byChance: number): number | null {
  return byChance === 1 ? null : (observed - byChance) / (1 - byChance);
}

export interface Disagreement {
  /** Sum of the disagreement of all pairs of values within items: Σ o_ck δ²_ck. */
  readonly observed: number;
  /** The same of all pairs of values whatever their item: Σ n_c n_k δ²_ck. */
  readonly byChance: number;
  /** Values that have a partner in their item. */
  readonly values: number;
}

/** Krippendorff's alpha (1980): 1 − Dₒ / Dₑ; null where the values do not differ at all. */
export function alphaOf({ observed, byChance, values }: Disagreement): number | null {
  return byChance === 0 ? null : 1 - (observed / byChance) * (values - 1);
}
