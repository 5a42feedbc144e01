import { Field, ID, Int, ObjectType } from 'type-graphql';
import { models } from '../../ml/models.ts';
import { Snapshot } from '../cohorts/cohort.type.ts';
import { ModelTask } from '../enums.type.ts';
import { Evaluation } from '../evaluations/evaluation.type.ts';
import { Fusion } from '../fusions/fusion.type.ts';
import { isOutdated } from '../methods/outdated.ts';
import { connectionType } from '../read/connection.type.ts';
import { blobUrl, From, pointsHere, RefersTo, Related, Sql } from '../read/sql-fields.ts';
import { Run } from '../runs/run.type.ts';

@From('models')
@ObjectType({
  description: 'A model, trained or still in training; its run tells which.',
  simpleResolvers: true,
})
export class Model {
  @Field(() => ID)
  id!: string;

  @Field(() => String, { description: 'Name of the method; Query.methods describes it.' })
  method!: string;

  @Field(() => Int, {
    description: 'Version of the method that produced it; Method.history says what changed.',
  })
  methodVersion!: number;

  @Sql(isOutdated(models))
  @Field(() => Boolean, {
    description:
      'Produced by a version of the method that this server no longer has. The same request would now give a new result.',
  })
  outdated!: boolean;

  @Field(() => ModelTask)
  task!: ModelTask;

  @Field(() => Int, { description: 'Width in pixels of the images that it takes.' })
  width!: number;

  @Field(() => Int, { description: 'Height in pixels of the images that it takes.' })
  height!: number;

  @Sql((row) => blobUrl(`${row}.sha256`))
  @Field(() => String, {
    nullable: true,
    description:
      'URL of its weights, or of what a fitted model learned (safetensors), relative to the address of the server. Null until its run has succeeded.',
  })
  url!: string | null;

  @Field(() => String, { nullable: true, description: 'SHA-256 of that file, in hexadecimal.' })
  sha256!: string | null;

  @RefersTo('run_id')
  @Field(() => Run)
  run!: Run;

  @Sql(
    (row) => `(select count(*) from snapshot_images s join images i on i.id = s.image_id
      where s.snapshot_id = ${row}.snapshot_id and i.purge_id is not null and s.split in ('train', 'validation'))`,
  )
  @Field(() => Int, {
    description:
      'How many images that it was trained on, or chosen by, were purged since. Its weights remain.',
  })
  purgedImageCount!: number;

  @RefersTo('snapshot_id')
  @Field(() => Snapshot)
  snapshot!: Snapshot;

  @RefersTo('fusion_id')
  @Field(() => Fusion, {
    description: 'The fusion whose masks it learned from: as input (diagnosis) or as target (segmentation).',
  })
  fusion!: Fusion;

  @RefersTo('diagnosis_model_id')
  @Field(() => Model, {
    nullable: true,
    description: 'The frozen diagnosis network inside it, if it has one.',
  })
  diagnosisModel!: Model | null;

  @Related({ on: pointsHere('model_id') })
  @Field(() => [Evaluation], { description: 'Evaluations of the masks that it predicts.' })
  evaluations!: Evaluation[];
}

export const ModelConnection = connectionType('Model', () => Model);
