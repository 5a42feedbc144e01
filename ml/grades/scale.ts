/** Which values diagnoses take. A grade is the place of a value, from 0. */
export interface DiagnosisScale {
  /** `binary`: 0 and 1; `nominal`: classes without order; `ordinal`: grades in order. */
  readonly kind: 'binary' | 'nominal' | 'ordinal';
  /** Names of the values in order; a binary scale may have none. */
  readonly names: readonly string[];
}

/** What the values are called; those of a binary scale without names '0' and '1'. */
export function valueNames({ names }: DiagnosisScale): readonly string[] {
  return names.length > 0 ? names : ['0', '1'];
}
