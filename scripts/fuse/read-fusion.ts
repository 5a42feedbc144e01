import type { Client } from '../client/client.ts';
import { originFields, type Origin } from '../client/origin.ts';

interface Rater {
  readonly name: string;
}
interface Structure {
  readonly name: string;
}

/** What a method says of a rater on one image. */
export interface RaterOnImage {
  readonly rater: Rater;
  readonly weight: number;
  readonly performance: readonly {
    readonly structure: Structure;
    readonly sensitivity: number | null;
    readonly specificity: number | null;
  }[];
}

export interface FusedOne {
  readonly path: string;
  readonly split: string;
  readonly fusedMasks: readonly { readonly structure: Structure; readonly url: string }[];
  readonly raterWeights: readonly RaterOnImage[];
  readonly fusedImage: { readonly iterations: number; readonly converged: boolean } | null;
}

/** A fusion as a whole. */
export interface FusionSummary {
  readonly method: string;
  readonly width: number;
  readonly height: number;
  readonly transductive: boolean;
  readonly run: { readonly config: unknown; readonly seed: number; readonly environment: unknown };
  readonly snapshot: Origin;
  readonly raterWeights: readonly {
    readonly rater: Rater;
    readonly weight: number;
    readonly sensitivity: number | null;
    readonly specificity: number | null;
    readonly imageCount: number;
  }[];
}

const summaryQuery = /* GraphQL */ `
  ${originFields}
  query Fusion($id: ID!) {
    fusion(id: $id) {
      method
      width
      height
      transductive
      run {
        config
        seed
        environment
      }
      snapshot {
        ...Origin
      }
      raterWeights {
        weight
        sensitivity
        specificity
        imageCount
        rater {
          name
        }
      }
    }
  }
`;

const imagesQuery = /* GraphQL */ `
  query FusedImages($datasetId: ID!, $id: ID!, $after: String) {
    images(filter: { datasetId: { eq: $datasetId } }, first: 100, after: $after) {
      nodes {
        path
        split
        fusedMasks(fusionId: $id) {
          url
          structure {
            name
          }
        }
        raterWeights(fusionId: $id) {
          weight
          rater {
            name
          }
          performance {
            sensitivity
            specificity
            structure {
              name
            }
          }
        }
        fusedImage(fusionId: $id) {
          iterations
          converged
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`;

interface Page {
  readonly nodes: readonly FusedOne[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

export async function readFusion(client: Client, id: string): Promise<FusionSummary> {
  return (await client.request<{ fusion: FusionSummary }>(summaryQuery, { id })).fusion;
}

/** Every image that the fusion has masks of, page by page. */
export async function* readFusedImages(
  client: Client,
  { id, datasetId }: { readonly id: string; readonly datasetId: string },
): AsyncGenerator<FusedOne> {
  let after: string | null = null;
  do {
    const { images }: { images: Page } = await client.request(imagesQuery, { datasetId, id, after });
    yield* images.nodes.filter(({ fusedMasks }) => fusedMasks.length > 0);
    after = images.pageInfo.hasNextPage ? images.pageInfo.endCursor : null;
  } while (after !== null);
}
