import type { Run, RunKind } from '../../prisma/client/client.ts';
import type { Database } from '../db.ts';

/** Something that a run has made, with the SHA-256 of its content. */
export interface Artifact {
  readonly name: string;
  readonly sha256: string;
}

/**
 * What a run has produced: files by their bytes, tables of numbers by their rows. PostgreSQL writes a double with enough
 * digits to identify it exactly, so equal hashes mean equal bits.
 */
export async function artifactsOf(db: Database, { id, kind }: Pick<Run, 'id' | 'kind'>): Promise<Artifact[]> {
  const sources = artifacts[kind];
  if (!sources.length) return [];
  return db.$queryRawUnsafe<Artifact[]>(`${sources.join(' union all ')} order by name`, id);
}

/** They stand beside a number, and earlier versions did not count them: equal numbers are equal all the same. */
const COUNTS = ['both_empty_count', 'one_empty_count'];

const artifacts: Readonly<Record<RunKind, readonly string[]>> = {
  import: [],
  fusion: [
    `select 'fitted state' as name, f.sha256 from fusions f where f.run_id = $1::uuid and f.sha256 is not null`,
    `select format('fused mask of %s, %s', i.path, s.name), m.sha256 from fusions f
       join fused_masks m on m.fusion_id = f.id join images i on i.id = m.image_id
       join structures s on s.id = m.structure_id where f.run_id = $1::uuid`,
    `select format('expertness map of %s, %s', i.path, r.name), m.sha256 from fusions f
       join expertness_maps m on m.fusion_id = f.id join images i on i.id = m.image_id
       join raters r on r.id = m.rater_id where f.run_id = $1::uuid`,
    table('rater weights', 'fusions', 'rater_weights', 'fusion_id'),
    table('rater performance', 'fusions', 'rater_performance', 'fusion_id'),
    table('losses and logits', 'fusions', 'fused_images', 'fusion_id'),
  ],
  training: [
    `select 'weights' as name, m.sha256 from models m where m.run_id = $1::uuid and m.sha256 is not null`,
    `select 'metrics by epoch', ${hashOf('t', ['run_id'])} from epoch_metrics t where t.run_id = $1::uuid
       having count(*) > 0`,
  ],
  evaluation: [
    table('metrics', 'evaluations', 'evaluation_metrics', 'evaluation_id'),
    table('metrics by image', 'evaluations', 'image_metrics', 'evaluation_id'),
    table('diagnosis scores', 'evaluations', 'diagnosis_scores', 'evaluation_id'),
  ],
  experiment: [table('rows', 'experiments', 'experiment_rows', 'experiment_id')],
  agreement: [
    table('metrics', 'agreements', 'agreement_metrics', 'agreement_id'),
    table('metrics of grades', 'agreements', 'grade_agreement_metrics', 'agreement_id'),
    table('numbers by image', 'agreements', 'image_agreements', 'agreement_id'),
    `select format('%s map of %s, %s', m.kind, i.path, s.name), m.sha256 from agreements a
       join agreement_maps m on m.agreement_id = a.id join images i on i.id = m.image_id
       join structures s on s.id = m.structure_id where a.run_id = $1::uuid`,
  ],
  reproduction: [],
  purge: [],
};

/** All rows of a table that belong to the run's result, as one artifact; none where there are no rows. */
function table(name: string, results: string, rows: string, key: string): string {
  return `select '${name}' as name, ${hashOf('t', ['id', key, ...COUNTS])} as sha256
    from ${results} x join ${rows} t on t.${key} = x.id where x.run_id = $1::uuid having count(*) > 0`;
}

/** One hash of many rows, whatever their order; ids of the rows themselves differ from run to run and are left out. */
function hashOf(row: string, leftOut: readonly string[]): string {
  const content = `(to_jsonb(${row}) - array[${leftOut.map((column) => `'${column}'`).join(', ')}])::text`;
  return `encode(sha256(convert_to(string_agg(${content}, E'\\n' order by ${content} collate "C"), 'UTF8')), 'hex')`;
}
