import { testDatabase, type TestDatabase } from '../../tests/helpers/database.ts';
import { parseImageFilter, type ImageFilter, type Scalar } from './image-filter.ts';
import { imageFilterSql } from './image-filter-sql.ts';

interface Plain {
  path: string;
  subject: string;
  split: 'train' | 'validation' | 'test';
  width: number;
  height: number;
  metadata: Record<string, Scalar | null>;
  diagnoses: Record<string, number>;
  annotations: { rater: string; structure: string; area: number }[];
}

const SPLITS = ['train', 'validation', 'test'] as const;
const SEED = 20260418;

/** Minimal-standard generator (Park and Miller): the same filters and images in every run. */
function generator(seed: number) {
  let state = seed;
  const next = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const below = (n: number) => Math.floor(next() * n);
  const pick = <T>(items: readonly T[]): T => items[below(items.length)];
  const chance = (p: number) => next() < p;
  return { below, pick, chance };
}
type Random = ReturnType<typeof generator>;

const WORDS = ['a', 'ab', 'b%', 'c_d', "o'k", 'Ä'];
const VALUES: Scalar[] = [0, 1, 2.5, '1', 'a', true, false];

function randomImage(random: Random, index: number): Plain {
  const metadata: Plain['metadata'] = {};
  for (const key of ['k', 'l'])
    if (random.chance(0.7)) metadata[key] = random.chance(0.1) ? null : random.pick(VALUES);
  const diagnoses: Plain['diagnoses'] = {};
  if (random.chance(0.7)) diagnoses['reference'] = random.below(2);
  if (random.chance(0.4)) diagnoses['grader'] = random.below(2);
  const annotations = ['r1', 'r2', 'r3'].flatMap((rater) =>
    ['disc', 'cup']
      .filter(() => random.chance(0.5))
      .map((structure) => ({ rater, structure, area: random.below(4) })),
  );
  const [width, height] = [1 + random.below(4), 1 + random.below(4)];
  return {
    path: `${random.pick(WORDS)}-${index}`,
    subject: random.pick(WORDS),
    split: random.pick(SPLITS),
    width,
    height,
    metadata,
    diagnoses,
    annotations,
  };
}

function randomFilter(random: Random, depth: number): ImageFilter {
  const equality = <T>(value: () => T) => {
    const list = () => Array.from({ length: random.below(3) }, value);
    return random.pick([
      () => ({ eq: value() }),
      () => ({ ne: value() }),
      () => ({ in: list() }),
      () => ({ notIn: list() }),
    ])();
  };
  const number = () => ({
    ...(random.chance(0.5) ? equality(() => random.below(4)) : {}),
    [random.pick(['lt', 'lte', 'gt', 'gte'])]: random.below(4),
  });
  const word = () => random.pick(WORDS);
  const text = () =>
    random.pick([
      () => equality(word),
      () => ({ contains: word() }),
      () => ({ startsWith: word() }),
      () => ({}),
    ])();
  const annotation = () => ({
    ...(random.chance(0.5) ? { rater: equality(() => random.pick(['r1', 'r2', 'nobody'])) } : {}),
    ...(random.chance(0.5) ? { structure: { eq: random.pick(['disc', 'cup']) } } : {}),
    ...(random.chance(0.5) ? { area: number() } : {}),
  });
  const leaves: (() => ImageFilter)[] = [
    () => ({ path: text() }),
    () => ({ subject: text() }),
    () => ({ split: equality(() => random.pick(SPLITS)) }),
    () => ({ width: number(), height: random.chance(0.5) ? number() : null }),
    () => ({ raterCount: number() }),
    () => ({ rater: equality(() => random.pick(['r1', 'r2', 'nobody'])) }),
    () => ({
      diagnosis: random.pick([
        { eq: 1 as const },
        { eq: 0 as const, source: 'grader' },
        { isNull: true },
        { in: [1] },
        { in: [] },
        { gte: 1 },
        { lt: 1, source: 'grader' },
        { isNull: false, source: 'grader' },
        {},
      ]),
    }),
    () => ({ annotations: { [random.pick(['some', 'every', 'none'])]: annotation() } }),
    () => ({
      metadata: [{ key: random.pick(['k', 'l', 'absent']), ...equality(() => random.pick(VALUES)) }],
    }),
    () => ({ metadata: [{ key: 'k', [random.pick(['lt', 'gte'])]: random.pick([0, 1, 2]) }] }),
    () => ({ metadata: [{ key: 'k', isNull: random.chance(0.5) }, { key: 'l' }] }),
    () => ({}),
  ];
  if (depth === 0 || random.chance(0.4)) return random.pick(leaves)();
  const children = () => Array.from({ length: random.below(4) }, () => randomFilter(random, depth - 1));
  return random.pick<() => ImageFilter>([
    () => ({ and: children() }),
    () => ({ or: children() }),
    () => ({ not: randomFilter(random, depth - 1) }),
    () => ({ ...random.pick(leaves)(), not: randomFilter(random, depth - 1), or: children() }),
  ])();
}

/** The oracle: the same meaning, written down a second time on plain objects. */
function holds(filter: ImageFilter, image: Plain): boolean {
  const compare = (f: Record<string, unknown> | null | undefined, value: unknown): boolean =>
    Object.entries(f ?? {}).every(([sign, other]) => {
      if (other == null) return true;
      const [a, b] = [value as number, other as number];
      const signs: Record<string, () => boolean> = {
        eq: () => value === other,
        ne: () => value !== other,
        in: () => (other as unknown[]).includes(value),
        notIn: () => !(other as unknown[]).includes(value),
        lt: () => typeof a === 'number' && a < b,
        lte: () => typeof a === 'number' && a <= b,
        gt: () => typeof a === 'number' && a > b,
        gte: () => typeof a === 'number' && a >= b,
        contains: () => String(value).includes(other as string),
        startsWith: () => String(value).startsWith(other as string),
        isNull: () => (value == null) === other,
      };
      return signs[sign]();
    });
  const { annotations } = image;
  const fits =
    (f: NonNullable<NonNullable<ImageFilter['annotations']>['some']>) => (a: Plain['annotations'][0]) =>
      compare(f.rater, a.rater) && compare(f.structure, a.structure) && compare(f.area, a.area);
  const { source, ...diagnosis } = filter.diagnosis ?? {};
  const checks = [
    compare(filter.path, image.path),
    compare(filter.subject, image.subject),
    compare(filter.split, image.split),
    compare(filter.width, image.width),
    compare(filter.height, image.height),
    compare(filter.raterCount, new Set(annotations.map((a) => a.rater)).size),
    compare(diagnosis, image.diagnoses[source ?? 'reference']),
    !filter.rater || annotations.some((a) => compare(filter.rater, a.rater)),
    !filter.annotations?.some || annotations.some(fits(filter.annotations.some)),
    !filter.annotations?.every || annotations.every(fits(filter.annotations.every)),
    !filter.annotations?.none || !annotations.some(fits(filter.annotations.none)),
    (filter.metadata ?? []).every(({ key, ...f }) => compare(f, image.metadata[key])),
    (filter.and ?? []).every((inner) => holds(inner, image)),
    !filter.or || filter.or.some((inner) => holds(inner, image)),
    !filter.not || !holds(filter.not, image),
  ];
  return checks.every(Boolean);
}

let database: TestDatabase;
let images: Plain[];

beforeAll(async () => {
  database = await testDatabase();
  const random = generator(SEED);
  images = Array.from({ length: 60 }, (_, index) => randomImage(random, index));
  const { prisma } = database;
  const sha256 = 'a'.repeat(64);
  await prisma.blob.create({ data: { sha256, bytes: 1, mediaType: 'image/png' } });
  const { id: datasetId } = await prisma.dataset.create({ data: { name: 'd' } });
  const raters = new Map<string, string>();
  for (const [position, name] of ['r1', 'r2', 'r3'].entries()) {
    raters.set(name, (await prisma.rater.create({ data: { datasetId, name, position } })).id);
  }
  const structures = new Map<string, string>();
  for (const [position, name] of ['disc', 'cup'].entries()) {
    structures.set(name, (await prisma.structure.create({ data: { datasetId, name, position } })).id);
  }
  for (const { annotations, diagnoses, metadata, ...image } of images) {
    const { id: imageId } = await prisma.image.create({
      data: { ...image, metadata: metadata, datasetId, sha256 },
    });
    for (const { rater, structure, area } of annotations) {
      const data = {
        imageId,
        raterId: raters.get(rater)!,
        structureId: structures.get(structure)!,
        sha256,
        area,
      };
      // An older version with other values must not count.
      await prisma.annotation.create({ data: { ...data, area: 3 - area, current: false } });
      await prisma.annotation.create({ data: { ...data, version: 2 } });
    }
    for (const [source, value] of Object.entries(diagnoses)) {
      await prisma.diagnosis.create({ data: { imageId, source, value: 1 - value, current: false } });
      await prisma.diagnosis.create({ data: { imageId, source, value, version: 2 } });
    }
  }
});
afterAll(() => database.close());

async function found(filter: ImageFilter): Promise<string[]> {
  const values: unknown[] = [];
  const condition = imageFilterSql(parseImageFilter(filter), 'i', (value) => `$${values.push(value)}`);
  const { rows } = await database.pool.query<{ path: string }>(
    `select path from images i where ${condition}`,
    values,
  );
  return rows.map((row) => row.path).sort();
}

test('400 random filters find the same images in PostgreSQL as in memory', async () => {
  const random = generator(SEED + 1);
  let some = 0;
  for (let i = 0; i < 400; i++) {
    const filter = randomFilter(random, 3);
    const expected = images
      .filter((image) => holds(filter, image))
      .map((image) => image.path)
      .sort();
    expect({ filter, found: await found(filter) }).toEqual({ filter, found: expected });
    if (expected.length > 0 && expected.length < images.length) some++;
  }
  // The property is not met by filters that find all or nothing alone.
  expect(some).toBeGreaterThan(100);
}, 60_000);

test('a value is data, never SQL', async () => {
  expect(await found({ subject: { eq: "'; drop table images; --" } })).toEqual([]);
  expect(await found({ metadata: [{ key: "k' or true --", eq: 1 }] })).toEqual([]);
});

test.each([
  [{ color: { eq: 'red' } }, /color/],
  [{ split: { eq: 'holdout' } }, /split\.eq/],
  [{ width: { gt: 'wide' } }, /width\.gt/],
  [{ id: { eq: 'not-an-id' } }, /id\.eq/],
  [{ or: [{ and: [{ height: { eq: 1.5 } }] }] }, /or\.0\.and\.0\.height\.eq/],
])('%j is refused by name', (filter, message) => {
  expect(() => parseImageFilter(filter)).toThrow(message);
});

test('a filter that is too deep or too long is refused', () => {
  let deep: ImageFilter = {};
  for (let i = 0; i < 20; i++) deep = { not: deep };
  expect(() => parseImageFilter(deep)).toThrow(/nested deeper than 8/);
  expect(() => parseImageFilter({ or: Array.from({ length: 200 }, () => ({ path: {} })) })).toThrow(
    /more than 100/,
  );
});
