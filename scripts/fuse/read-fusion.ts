import type { Client } from '../client/client.ts';
import { graphql, type ResultOf } from '../client/graphql.ts';
import { originFields } from '../client/origin.ts';

const summaryDocument = graphql(
  `
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
  `,
  [originFields],
);

const imagesDocument = graphql(`
  query FusedImages($datasetId: ID!, $id: ID!, $after: String) {
    images(filter: { datasetId: { eq: $datasetId } }, first: 100, after: $after) {
      nodes {
        path
        split
        fusedMasks(fusionId: $id) {
          imageSizeUrl
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
`);

/** A fusion as a whole. */
export type FusionSummary = NonNullable<ResultOf<typeof summaryDocument>['fusion']>;
/** What it made of one image, and says of each rater there. */
export type FusedOne = ResultOf<typeof imagesDocument>['images']['nodes'][number];

export async function readFusion(client: Client, id: string): Promise<FusionSummary> {
  const { fusion } = await client.request(summaryDocument, { id });
  if (!fusion) throw new Error(`fusion ${id} is gone`);
  return fusion;
}

/** Every image that the fusion has masks of, page by page. */
export async function* readFusedImages(
  client: Client,
  { id, datasetId }: { readonly id: string; readonly datasetId: string },
): AsyncGenerator<FusedOne> {
  let after: string | null = null;
  do {
    const { images }: ResultOf<typeof imagesDocument> = await client.request(imagesDocument, {
      datasetId,
      id,
      after,
    });
    yield* images.nodes.filter(({ fusedMasks }) => fusedMasks.length > 0);
    after = images.pageInfo.hasNextPage ? images.pageInfo.endCursor : null;
  } while (after !== null);
}
