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
@ObjectType({ description: 'A model, trained or in training: see its run.', simpleResolvers: true })
export class Model {
  @Field(() => ID)
  id!: string;

  @Field(() => String, { description: 'Name of the method; Query.methods tells of it.' })
  method!: string;

  @Field(() => Int, { description: 'Version of the method that made it; Method.history tells what changed.' })
  methodVersion!: number;

  @Sql(isOutdated(models))
  @Field(() => Boolean, {
    description:
      'A version of the method made it that this server no longer has: the same question asked now has another answer.',
  })
  outdated!: boolean;

  @Field(() => ModelTask)
  task!: ModelTask;

  @Field(() => Int, { description: 'Pixels of the images that it takes.' })
  width!: number;

  @Field(() => Int, { description: 'Pixels of the images that it takes.' })
  height!: number;

  @Sql((row) => blobUrl(`${row}.sha256`))
  @Field(() => String, {
    nullable: true,
    description:
      'Its weights, or what a fitted model learned (safetensors), relative to the address of the server; null until its run has succeeded.',
  })
  url!: string | null;

  @Field(() => String, { nullable: true, description: 'SHA-256 of that file, in hexadecimal.' })
  sha256!: string | null;

  @RefersTo('run_id')
  @Field(() => Run)
  run!: Run;

  @RefersTo('snapshot_id')
  @Field(() => Snapshot)
  snapshot!: Snapshot;

  @RefersTo('fusion_id')
  @Field(() => Fusion, {
    description: 'The masks that it learned with: read (diagnosis) or aimed at (segmentation).',
  })
  fusion!: Fusion;

  @RefersTo('diagnosis_model_id')
  @Field(() => Model, {
    nullable: true,
    description: 'The frozen diagnosis network inside it, where it has one.',
  })
  diagnosisModel!: Model | null;

  @Related({ on: pointsHere('model_id') })
  @Field(() => [Evaluation], { description: 'Evaluations of the masks that it predicts.' })
  evaluations!: Evaluation[];
}

export const ModelConnection = connectionType('Model', () => Model);
