import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { readers } from './index.ts';
import { openDataset } from './open-dataset.ts';
import { DatasetError } from './problem.ts';

interface JsonSchema {
  readonly properties?: Readonly<Record<string, { readonly description?: string }>>;
}

const emptyFolder = () => mkdtemp(join(tmpdir(), 'consilium-readers-'));

describe.each(readers.list().map((reader) => [reader.name, reader] as const))('%s', (name, reader) => {
  test('describes itself and each of its options', () => {
    expect(reader.summary).toMatch(/\.$/);
    expect(reader.citation).not.toBe('');
    const { properties = {} } = z.toJSONSchema(reader.config, { io: 'input' }) as JsonSchema;
    const silent = Object.keys(properties).filter((key) => !properties[key].description);
    expect(silent).toEqual([]);
  });

  test('works without options, and refuses unknown ones by name', async () => {
    expect(reader.config.safeParse({}).success).toBe(true);
    const open = openDataset(await emptyFolder(), { format: name, options: { colour: 'red' } });
    await expect(open).rejects.toThrow(/colour/);
  });

  test.each(['an empty folder', 'no folder'])(
    'does not recognise %s, and says so when it is to open it',
    async (kind) => {
      const folder = kind === 'no folder' ? join(await emptyFolder(), 'nowhere') : await emptyFolder();
      expect(await reader.recognises(folder)).toBe(false);
      const error: unknown = await openDataset(folder, { format: name }).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(DatasetError);
      expect((error as DatasetError).problems).toEqual([
        { file: folder, row: null, field: 'path', message: expect.any(String) as string },
      ]);
    },
  );
});

test('a folder that no reader recognises is refused with the formats there are', async () => {
  const folder = await emptyFolder();
  await expect(openDataset(folder)).rejects.toThrow(
    new RegExp(`^${folder}, format: no known format: expected one of manifest \\(.*; coco \\(`),
  );
});

test('an unknown format is refused with the known ones', async () => {
  await expect(openDataset(await emptyFolder(), { format: 'dicom' })).rejects.toThrow(
    "unknown reader 'dicom': expected one of manifest, coco",
  );
});
