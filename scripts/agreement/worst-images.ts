import type { Client } from '../client/client.ts';
import { graphql, type ResultOf } from '../client/graphql.ts';
import type { Agreement } from './ask.ts';

const imagesDocument = graphql(`
  query WorstImages($id: ID!, $structureId: ID!, $first: Int!) {
    agreement(id: $id) {
      imageMetrics(name: "mean_pairwise_dice", structureId: $structureId, first: $first) {
        totalCount
        nodes {
          value
          image {
            id
            path
          }
        }
      }
    }
  }
`);

const pairDocument = graphql(`
  query WorstPair($id: ID!, $structureId: ID!, $imageId: ID!) {
    agreement(id: $id) {
      dice: imageMetrics(name: "dice", structureId: $structureId, imageId: $imageId, first: 1) {
        nodes {
          value
          rater {
            name
          }
          otherRater {
            name
          }
        }
      }
      distance: imageMetrics(name: "hausdorff_95", structureId: $structureId, imageId: $imageId, first: 1) {
        nodes {
          value
          unit
        }
      }
    }
  }
`);

type PairAnswer = NonNullable<ResultOf<typeof pairDocument>['agreement']>;

interface WorstImage {
  readonly path: string;
  readonly meanPairwiseDice: number;
  /** The two raters who agree least. */
  readonly pair: PairAnswer['dice']['nodes'][number];
  /** The largest distance between the outlines of two raters. Null where none has one. */
  readonly distance: PairAnswer['distance']['nodes'][number] | null;
}

/** Where the raters agree least on one structure. */
export interface WorstImages {
  readonly structure: string;
  /** Images with two or more annotators. */
  readonly of: number;
  readonly images: readonly WorstImage[];
}

/** Of each structure so many images, by the mean Dice of their pairs of raters, the worst first. */
export async function askWorstImages(
  client: Client,
  { id, metrics }: Pick<Agreement, 'id' | 'metrics'>,
  first: number,
): Promise<WorstImages[]> {
  const structures = new Map(metrics.map(({ structure }) => [structure.id, structure.name]));
  const worst: WorstImages[] = [];
  for (const [structureId, structure] of structures) {
    const { agreement } = await client.request(imagesDocument, { id, structureId, first });
    const { nodes = [], totalCount = 0 } = agreement?.imageMetrics ?? {};
    const images: WorstImage[] = [];
    for (const { image, value } of nodes) {
      const found = await client.request(pairDocument, { id, structureId, imageId: image.id });
      const [pair] = found.agreement?.dice.nodes ?? [];
      const [distance = null] = found.agreement?.distance.nodes ?? [];
      if (pair) images.push({ path: image.path, meanPairwiseDice: value, pair, distance });
    }
    worst.push({ structure, of: totalCount, images });
  }
  return worst;
}
