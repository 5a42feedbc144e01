/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return -- an answer has the shape that its query asked for */
import { testApi, type TestApi } from '../../tests/helpers/api.ts';
import { seedImages } from '../../tests/helpers/seed-images.ts';

let api: TestApi;

beforeAll(async () => {
  api = await testApi();
  await seedImages(api.context.pool, { name: 'd', images: 23, raters: 1 });
});
afterAll(() => api.close());

interface Page {
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: string } }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

const query = /* GraphQL */ `
  query ($first: Int, $after: String, $last: Int, $before: String, $orderBy: ImageOrder!) {
    images(first: $first, after: $after, last: $last, before: $before, orderBy: $orderBy) {
      edges {
        cursor
        node {
          id
        }
      }
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
    }
  }
`;

async function page(variables: Record<string, unknown>): Promise<Page> {
  const { data, errors } = await api.ask(query, { orderBy: 'imported', ...variables });
  expect(errors).toBeUndefined();
  return data.images;
}

const ids = ({ edges }: Page): string[] => edges.map(({ node }) => node.id);

// Subjects repeat (23 images, 7 subjects): their pages end within equals, which only the id tells apart.
describe.each(['imported', 'newest', 'path', 'subject'])('in the order %s', (orderBy) => {
  test.each([1, 4, 22, 23, 24])(
    'pages of %d, forwards and backwards, hold every image once',
    async (size) => {
      const all = ids(await page({ orderBy, first: 200 }));
      expect(new Set(all).size).toBe(23);

      const forwards: string[] = [];
      for (let after: string | null = null; ;) {
        const next = await page({ orderBy, first: size, after });
        expect(next.pageInfo.hasPreviousPage).toBe(forwards.length > 0);
        forwards.push(...ids(next));
        expect(next.pageInfo.hasNextPage).toBe(forwards.length < all.length);
        expect(next.pageInfo.endCursor).toBe(next.edges.at(-1)?.cursor);
        if (!next.pageInfo.hasNextPage) break;
        after = next.pageInfo.endCursor;
      }
      expect(forwards).toEqual(all);

      const backwards: string[] = [];
      for (let before: string | null = null; ;) {
        const next = await page({ orderBy, last: size, before });
        expect(next.pageInfo.hasNextPage).toBe(backwards.length > 0);
        backwards.unshift(...ids(next));
        expect(next.pageInfo.hasPreviousPage).toBe(backwards.length < all.length);
        if (!next.pageInfo.hasPreviousPage) break;
        before = next.pageInfo.startCursor;
      }
      expect(backwards).toEqual(all);
    },
  );
});

test('images that come and go between two pages are neither doubled nor do they hide others', async () => {
  const first = await page({ orderBy: 'path', first: 5 });
  const [gone] = ids(first).slice(-1);
  const rest = ids(await page({ orderBy: 'path', first: 200, after: first.pageInfo.endCursor }));
  await api.context.pool.query('delete from images where id = $1', [gone]); // the very one the cursor names
  await api.context.pool.query(
    `insert into images (id, dataset_id, path, subject, split, sha256, width, height)
     select gen_random_uuid(), id, 'aaa.png', 's', 'train', repeat('a', 64), 1, 1 from datasets`,
  );
  expect(ids(await page({ orderBy: 'path', first: 200, after: first.pageInfo.endCursor }))).toEqual(rest);
});

test('an empty page has no cursors', async () => {
  expect(await page({ first: 0 })).toMatchObject({
    edges: [],
    pageInfo: { startCursor: null, endCursor: null },
  });
});

test.each([
  ['first and last', { first: 1, last: 1 }, 'first and last do not go together'],
  ['before without last', { before: 'x' }, 'before goes with last'],
  ['after with last', { last: 1, after: 'x' }, 'after goes with first'],
  ['a negative number', { first: -1 }, 'first is -1: 0 to 200'],
  ['more than the cap', { first: 201 }, 'first is 201: 0 to 200'],
  ['a cursor that is none', { after: 'no cursor' }, "after 'no cursor' is not a cursor of this list"],
])('%s is refused and says why', async (_name, variables, message) => {
  const { errors } = await api.ask(query, { orderBy: 'imported', ...variables });
  expect(errors?.[0].message).toContain(message);
  expect(errors?.[0].extensions.code).toBe('INVALID_INPUT');
});

test('a cursor of another order, and one that was tampered with, are refused', async () => {
  const { pageInfo } = await page({ orderBy: 'path', first: 1 });
  const other = await api.ask(query, { orderBy: 'subject', first: 1, after: pageInfo.endCursor });
  expect(other.errors?.[0].extensions.code).toBe('INVALID_INPUT');
  const [list] = JSON.parse(Buffer.from(pageInfo.endCursor ?? '', 'base64url').toString()) as string[];
  const forged = Buffer.from(JSON.stringify([list, 'a', "'; drop table images"])).toString('base64url');
  const { errors } = await api.ask(query, { orderBy: 'path', first: 1, after: forged });
  expect(errors?.[0]).toMatchObject({
    message: 'the cursor does not fit this list',
    extensions: { code: 'INVALID_INPUT' },
  });
});

test('pages inside pages that come to too many rows are refused before anything runs', async () => {
  const nested = '{ datasets(first: 200) { nodes { images(first: 200) { nodes { id } } } } }';
  let answer;
  const statements = await api.statementsDuring(async () => (answer = await api.ask(nested)));
  expect(answer).toMatchObject({ errors: [{ extensions: { code: 'LIMIT_EXCEEDED', limit: 20000 } }] });
  expect(statements).toEqual([]);
});
