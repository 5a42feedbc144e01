import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** An empty folder for a test; give it back with `remove`. */
export function testFolder() {
  const folder = mkdtempSync(path.join(tmpdir(), 'consilium-setup-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
