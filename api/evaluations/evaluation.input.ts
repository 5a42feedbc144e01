import { GraphQLJSON } from 'graphql-scalars';
import { Field, ID, InputType, Int, registerEnumType } from 'type-graphql';
import type { Fold } from '../../ml/data/fold.ts';
import { defaultPermutations } from '../../ml/data/permute-diagnoses.ts';
import { RunStatus, Split } from '../enums.type.ts';
import { defaultMetrics, references, type Reference } from '../requests/metric-choices.ts';

const MaskReference = Object.fromEntries(references.map((name) => [name, name]));
registerEnumType(MaskReference, {
  name: 'MaskReference',
  description: 'Whose masks a mask is compared with.',
  valuesConfig: {
    fusion: { description: 'The fused masks that the model learned from.' },
    raters: { description: "Each rater's masks." },
  },
});

@InputType({ description: 'All given conditions must hold.' })
export class EvaluationFilter {
  @Field(() => ID, { nullable: true })
  snapshotId?: string | null;

  @Field(() => ID, { nullable: true })
  fusionId?: string | null;

  @Field(() => ID, { nullable: true })
  modelId?: string | null;

  @Field(() => ID, { nullable: true })
  judgeModelId?: string | null;

  @Field(() => Split, { nullable: true })
  split?: Split | null;

  @Field(() => RunStatus, { nullable: true, description: 'Status of its run.' })
  status?: RunStatus | null;
}

@InputType({ description: 'A metric, as methods(kind: METRIC) lists them.' })
export class MetricInput {
  @Field(() => String)
  name!: string;

  @Field(() => GraphQLJSON, { nullable: true, description: 'Settings that differ from its defaults.' })
  settings?: unknown;

  @Field(() => [MaskReference], {
    nullable: true,
    description:
      "Of a metric that compares two masks: whose masks it compares with. Left out: the raters', and for a model the fusion's.",
  })
  against?: Reference[] | null;
}

const defaultNames = defaultMetrics.map(({ name }) => name).join(', ');

@InputType({ description: 'Give exactly one of fusionId and modelId.' })
export class EvaluateInput {
  @Field(() => ID, { nullable: true, description: 'Evaluate the masks of this fusion …' })
  fusionId?: string | null;

  @Field(() => ID, { nullable: true, description: '… or the masks that this segmentation model predicts.' })
  modelId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'A trained diagnosis model: it reads the masks, and its scores give the AUC. Without one, masks are only compared.',
  })
  judgeModelId?: string | null;

  @Field(() => Split, { defaultValue: Split.test })
  split!: Split;

  @Field(() => GraphQLJSON, {
    nullable: true,
    description:
      "Only this part of the split's images, { index, of, division }: those that a model with the same training.leaveOut has not seen (cross-validation).",
  })
  fold?: Fold | null;

  @Field(() => [MetricInput], {
    nullable: true,
    description: `What to measure. Left out: ${defaultNames}; those of scores only with a judge.`,
  })
  metrics?: MetricInput[] | null;

  @Field(() => Int, {
    defaultValue: defaultPermutations,
    description:
      'Of the permuted control, where the masks have seen their labels: how many times diagnoses are shuffled. permuted_auc is the mean over these. Each costs a fusion of the images of the split and one more reading by the judge.',
  })
  permutations!: number;

  @Field(() => Int, { defaultValue: 1, description: 'Of the bootstrap.' })
  seed!: number;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Do the work once more, by a new run, even if it was done before.',
  })
  again!: boolean;
}
