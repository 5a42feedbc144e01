import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { seesGpu } from './gpu.mjs';
import { testFolder } from './test-folder.ts';

test('a GPU is seen by its device', async () => {
  const { folder: devices, remove } = testFolder();
  await writeFile(join(devices, 'null'), '');
  expect(seesGpu(devices)).toBe(false);
  await writeFile(join(devices, 'nvidiactl'), '');
  expect(seesGpu(devices)).toBe(true);
  remove();
});
