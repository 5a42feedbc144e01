import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, ID, Info, Query, Resolver, Root } from 'type-graphql';
import { AgreementMap, ofSucceededAgreement } from '../agreement/agreement.type.ts';
import type { RequestContext } from '../context.ts';
import { FusedImage, ofSucceeded } from '../fusions/fusion.type.ts';
import { ExpertnessMap, FusedMask, PredictedMask } from '../fusions/mask.type.ts';
import { ImageRaterWeight } from '../fusions/rater-weight.type.ts';
import { PageArgs, type Connection } from '../read/connection.type.ts';
import { requireId, withId } from '../read/conditions.ts';
import { fetched, read, type Fetched } from '../read/read.ts';
import { ascending, pointsHere, Related, type Arguments, type Bind } from '../read/sql-fields.ts';
import { ImageFilter } from './image.input.ts';
import { ImageOrder, imagesOrder, imagesWhere, withdrawnOnly } from './image.query.ts';
import { Image, ImageConnection } from './image.type.ts';

const byStructure = () => [
  ascending('structure', 'int8', (row) => `(select position from structures where id = ${row}.structure_id)`),
];
const byRater = () => [
  ascending('rater', 'int8', (row) => `(select position from raters where id = ${row}.rater_id)`),
];

function ofFusion(row: string, { fusionId }: Arguments, bind: Bind): string[] {
  const id = `${bind(requireId(fusionId, 'fusionId'))}::uuid`;
  return [`${row}.fusion_id = ${id}`, ofSucceeded(id)];
}

function ofAgreement(row: string, { agreementId }: Arguments, bind: Bind): string[] {
  const id = `${bind(requireId(agreementId, 'agreementId'))}::uuid`;
  return [`${row}.agreement_id = ${id}`, ofSucceededAgreement(id)];
}

@Resolver(() => Image)
export class ImageResolver {
  @Related({ where: imagesWhere, order: imagesOrder })
  @Query(() => ImageConnection, {
    description: 'The images of all datasets that match the filter. Withdrawn ones are left out.',
  })
  images(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) _page: PageArgs,
    @Arg('filter', () => ImageFilter, { nullable: true }) _filter?: ImageFilter,
    @Arg('orderBy', () => ImageOrder, { defaultValue: ImageOrder.imported }) _orderBy?: ImageOrder,
    @Arg('withdrawn', () => Boolean, withdrawnOnly) _withdrawn?: boolean,
  ): Promise<Connection<Image>> {
    return read(context, info);
  }

  @Related({ where: withId })
  @Query(() => Image, {
    nullable: true,
    description: 'One image, withdrawn or not. Null if none has this id.',
  })
  image(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('id', () => ID) _id: string,
  ): Promise<Image | null> {
    return read(context, info);
  }

  @Related({ on: pointsHere('image_id'), where: ofFusion })
  @FieldResolver(() => FusedImage, {
    nullable: true,
    description: 'How its fusion went. Null until the fusion has succeeded.',
  })
  fusedImage(
    @Root() image: Fetched,
    @Info() info: GraphQLResolveInfo,
    @Arg('fusionId', () => ID) _fusionId: string,
  ): FusedImage | null {
    return fetched(image, info);
  }

  @Related({ on: pointsHere('image_id'), where: ofFusion, order: byStructure })
  @FieldResolver(() => [FusedMask], {
    description: 'Its fused masks, one for each structure. Empty until the fusion has succeeded.',
  })
  fusedMasks(
    @Root() image: Fetched,
    @Info() info: GraphQLResolveInfo,
    @Arg('fusionId', () => ID) _fusionId: string,
  ): FusedMask[] {
    return fetched(image, info);
  }

  @Related({ on: pointsHere('image_id'), where: ofFusion, order: byRater })
  @FieldResolver(() => [ExpertnessMap], {
    description:
      'How much a fusion trusts each rater at each pixel. Empty for methods without maps, and until the fusion has succeeded.',
  })
  expertnessMaps(
    @Root() image: Fetched,
    @Info() info: GraphQLResolveInfo,
    @Arg('fusionId', () => ID) _fusionId: string,
  ): ExpertnessMap[] {
    return fetched(image, info);
  }

  @Related({ on: pointsHere('image_id'), where: ofFusion, order: byRater })
  @FieldResolver(() => [ImageRaterWeight], {
    description: 'How much a fusion trusts each rater on this image. Empty until the fusion has succeeded.',
  })
  raterWeights(
    @Root() image: Fetched,
    @Info() info: GraphQLResolveInfo,
    @Arg('fusionId', () => ID) _fusionId: string,
  ): ImageRaterWeight[] {
    return fetched(image, info);
  }

  @Related({
    on: pointsHere('image_id'),
    where: (row, { modelId }, bind) => [`${row}.model_id = ${bind(requireId(modelId, 'modelId'))}::uuid`],
    order: byStructure,
  })
  @FieldResolver(() => [PredictedMask], {
    description:
      'What a segmentation model predicts, one mask for each structure. They are made when the model is evaluated.',
  })
  predictedMasks(
    @Root() image: Fetched,
    @Info() info: GraphQLResolveInfo,
    @Arg('modelId', () => ID) _modelId: string,
  ): PredictedMask[] {
    return fetched(image, info);
  }

  @Related({
    on: pointsHere('image_id'),
    where: ofAgreement,
    order: () => [...byStructure(), ascending('kind', 'text', (row) => `${row}.kind::text`)],
  })
  @FieldResolver(() => [AgreementMap], {
    description:
      'Where its annotators agree. Empty for structures with fewer than two annotators, and until the run has succeeded.',
  })
  agreementMaps(
    @Root() image: Fetched,
    @Info() info: GraphQLResolveInfo,
    @Arg('agreementId', () => ID) _agreementId: string,
  ): AgreementMap[] {
    return fetched(image, info);
  }
}
