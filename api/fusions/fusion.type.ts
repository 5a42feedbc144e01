import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { fusions } from '../../ml/fusion/index.ts';
import { Snapshot } from '../cohorts/cohort.type.ts';
import { Rater } from '../datasets/dataset.type.ts';
import { Image } from '../images/image.type.ts';
import { isOutdated } from '../methods/outdated.ts';
import { connectionType } from '../read/connection.type.ts';
import { ascending, finite, From, pointsHere, RefersTo, Related, Sql } from '../read/sql-fields.ts';
import { Run } from '../runs/run.type.ts';
import { Model } from '../training/model.type.ts';

/** Results of a run that has not succeeded are not results. */
export function ofSucceeded(fusionId: string): string {
  return `exists (select 1 from fusions f join runs r on r.id = f.run_id where f.id = ${fusionId} and r.status = 'succeeded')`;
}

@From(
  `(select fusion_id, rater_id, avg(weight) as weight, avg(sensitivity) as sensitivity, avg(specificity) as specificity,
    count(*) as image_count from rater_weights group by fusion_id, rater_id)`,
  [ascending('position', 'int8', (row) => `(select position from raters where id = ${row}.rater_id)`)],
)
@ObjectType({
  description: "A fusion's estimates for one rater, over all its images.",
  simpleResolvers: true,
})
export class RaterWeight {
  @RefersTo('rater_id')
  @Field(() => Rater)
  rater!: Rater;

  @Field(() => Float, {
    description:
      "The rater's weight where raters disagree, averaged over images, 0 to 1. The weights of an image sum to one.",
  })
  weight!: number;

  @Field(() => Float, {
    nullable: true,
    description: 'Mean sensitivity of the rater, as the method estimates it, 0 to 1.',
  })
  sensitivity!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Mean specificity of the rater, as the method estimates it, 0 to 1.',
  })
  specificity!: number | null;

  @Field(() => Int, { description: 'Number of images that the means are over.' })
  imageCount!: number;
}

@From('fused_images', [ascending('image_id', 'uuid')])
@ObjectType({ description: 'How the fusion of one image went.', simpleResolvers: true })
export class FusedImage {
  @RefersTo('image_id')
  @Field(() => Image)
  image!: Image;

  @Field(() => Int, {
    description:
      'Number of iterations, for the structure that took most; 0 if the image needs no iteration. The limit is a setting (maxIterations, steps); see converged.',
  })
  iterations!: number;

  @Field(() => Boolean, {
    description:
      "Whether the method's criterion was met, within its tolerance. Fusion.run.config.config has the tolerance and the limit; Method.configSchema explains them.",
  })
  converged!: boolean;

  @Sql(
    (row) => `(select coalesce(json_agg(${finite('l.loss')} order by l.i), '[]')
    from unnest(${row}.losses) with ordinality l(loss, i))`,
  )
  @Field(() => [Float], {
    nullable: 'items',
    description:
      'The objective after each iteration; for DF-GT also before the first. Empty if the method has no objective (votes, SIMPLE). Null where it was not finite.',
  })
  losses!: (number | null)[];

  @Sql((row) => finite(`${row}.initial_logit`))
  @Field(() => Float, {
    nullable: true,
    description: "The diagnosis network's logit for the first mask.",
  })
  initialLogit!: number | null;

  @Sql((row) => finite(`${row}.final_logit`))
  @Field(() => Float, {
    nullable: true,
    description: "The diagnosis network's logit for the final mask.",
  })
  finalLogit!: number | null;

  @Field(() => Int, {
    description:
      "Raters' masks that are not empty in the image but have no pixel left at the size at which it was fused. They entered the fusion as empty masks.",
  })
  vanishedMasks!: number;

  @Sql((row) => `${row}.spectral_energy`)
  @Field(() => Float, {
    nullable: true,
    description:
      'How noisy the expertness maps are: the share of their energy above 0.25 cycles per pixel, over all raters’ maps together. Null if the method has no maps or they do not vary.',
  })
  spectralEnergy!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'For DF-GT: how far the mask is from the majority vote, the mean distance over the pixels at which raters disagree. Null for other methods.',
  })
  movement!: number | null;
}

const workingSize =
  'Side in pixels of the square into which images were fitted: scaled by one factor, the rest left empty. Null if every image was fused at its own size. FusedMask.width and height give the size of each mask.';

/** SQL: the rank of a value, ties sharing their mean rank. */
const midrank = (column: string): string =>
  `rank() over (order by ${column}) + (count(*) over (partition by ${column}) - 1) / 2.0`;

const leftOutIndex = (model: string): string =>
  `(select coalesce((r.config #>> '{training,leaveOut,index}')::int8, 0) from runs r where r.id = ${model}.run_id)`;

@From('fusions')
@ObjectType({
  description: "The raters' masks of a snapshot, fused into one soft mask for each image and structure.",
  simpleResolvers: true,
})
export class Fusion {
  @Field(() => ID)
  id!: string;

  @Field(() => String, { description: 'Name of the method; Query.methods describes it.' })
  method!: string;

  @Field(() => Int, {
    description: 'Version of the method that produced it; Method.history says what changed.',
  })
  methodVersion!: number;

  @Sql(isOutdated(fusions))
  @Field(() => Boolean, {
    description:
      'Produced by a version of the method that this server no longer has. The same request would now give a new result.',
  })
  outdated!: boolean;

  @Field(() => Boolean, {
    description:
      'Whether its masks depend on the diagnosis of their own image. Numbers computed from such masks measure how well that label was encoded in them, not performance on unseen images: always read them beside the permuted control.',
  })
  transductive!: boolean;

  @Field(() => Boolean, {
    description:
      'Whether it is the permuted control: diagnoses were shuffled among the images of a split before fusing.',
  })
  permutedDiagnoses!: boolean;

  @Field(() => Int, { nullable: true, description: workingSize })
  width!: number | null;

  @Field(() => Int, { nullable: true, description: workingSize })
  height!: number | null;

  @RefersTo('run_id')
  @Field(() => Run)
  run!: Run;

  @Sql(
    (row) => `(select count(*) from snapshot_images s join images i on i.id = s.image_id
      where s.snapshot_id = ${row}.snapshot_id and i.purge_id is not null)`,
  )
  @Field(() => Int, {
    description:
      'How many images of its snapshot were purged since. What it learned and its numbers remain, their masks do not.',
  })
  purgedImageCount!: number;

  @RefersTo('snapshot_id')
  @Field(() => Snapshot)
  snapshot!: Snapshot;

  @Related({
    on: (model, row) =>
      `exists (select 1 from fusion_diagnosis_models d where d.fusion_id = ${row}.id and d.model_id = ${model}.id)`,
    order: () => [ascending('left_out', 'int8', leftOutIndex)],
  })
  @Field(() => [Model], {
    description:
      'The frozen networks that read the masks: none, one, or, in cross-fitting, one per fold, in the order of the folds that they left out (run.config.training.leaveOut).',
  })
  diagnosisModels!: Model[];

  @Related({ on: (related, row) => `${related}.fusion_id = ${row}.id and ${ofSucceeded(`${row}.id`)}` })
  @Field(() => [RaterWeight], {
    description: 'How much it trusts each rater. Empty until its run has succeeded.',
  })
  raterWeights!: RaterWeight[];

  @Sql(
    (row) => `(select corr(weight_rank, stated_rank) from (
      select ${midrank('weight')} as weight_rank, ${midrank('stated')} as stated_rank from (
        select avg(w.weight) as weight, r.informativeness as stated
        from rater_weights w join raters r on r.id = w.rater_id
        where w.fusion_id = ${row}.id and r.informativeness is not null group by r.id) raters) ranks
      having count(*) > 2)`,
  )
  @Field(() => Float, {
    nullable: true,
    description:
      "Spearman's rank correlation between its mean weights and the known informativeness of the raters (phantoms). Null if fewer than three raters have one, or if either side does not vary.",
  })
  informativenessCorrelation!: number | null;

  @Related({ on: pointsHere('fusion_id') })
  @Field(() => [Model], { description: 'Models that were trained on its masks.' })
  models!: Model[];
}

export const FusionConnection = connectionType('Fusion', () => Fusion);
export const FusedImageConnection = connectionType('FusedImage', () => FusedImage);
