import { invalidInput } from '../errors.ts';
import { requireId } from '../read/conditions.ts';

/** What is taken back: exactly one of these. */
export interface WithdrawalTarget {
  readonly imageIds?: readonly string[] | null;
  /** All images of one person in a dataset. */
  readonly subject?: { readonly datasetId: string; readonly name: string } | null;
  readonly annotationIds?: readonly string[] | null;
  readonly diagnosisIds?: readonly string[] | null;
  readonly datasetId?: string | null;
}

export type Target =
  | { readonly kind: 'image' | 'annotation' | 'diagnosis'; readonly ids: readonly string[] }
  | { readonly kind: 'subject'; readonly datasetId: string; readonly name: string }
  | { readonly kind: 'dataset'; readonly datasetId: string };

const lists = { imageIds: 'image', annotationIds: 'annotation', diagnosisIds: 'diagnosis' } as const;

/** At most so many in one request; a dataset or a subject is one target however many images it has. */
const mostIds = 1000;

/** @throws INVALID_INPUT unless exactly one target is named, and well. */
export function parseTarget(input: WithdrawalTarget): Target {
  const fields = ['imageIds', 'subject', 'annotationIds', 'diagnosisIds', 'datasetId'] as const;
  const given = fields.filter((field) => input[field] != null);
  const [field] = given;
  if (!field || given.length > 1)
    throw invalidInput(`name exactly one of ${fields.join(', ')}: received ${given.join(', ') || 'none'}`);
  if (field === 'datasetId') return { kind: 'dataset', datasetId: requireId(input.datasetId, field) };
  if (field === 'subject') {
    const { datasetId, name } = input.subject!;
    return { kind: 'subject', datasetId: requireId(datasetId, 'subject.datasetId'), name };
  }
  const ids = [...new Set(input[field]!.map((id) => requireId(id, field).toLowerCase()))];
  if (ids.length === 0 || ids.length > mostIds)
    throw invalidInput(`${field}: expected 1 to ${mostIds} ids, received ${ids.length}`, field);
  return { kind: lists[field], ids };
}

/** @throws INVALID_INPUT for an empty one: who reads the log later wants to know why. */
export function requireReason(reason: string): string {
  const text = reason.trim();
  if (text === '') throw invalidInput('reason: say why, for those who read it later', 'reason');
  if (text.length > 2000) throw invalidInput(`reason: ${text.length} characters, at most 2000`, 'reason');
  return text;
}
