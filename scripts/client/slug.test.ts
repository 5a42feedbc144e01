import { slug, slugs } from './slug.ts';

test.each([
  ['optic disc', 'optic-disc'],
  ['DRISHTI-GS', 'drishti-gs'],
  ['Fundus_2', 'fundus-2'],
  ['Kréta', 'kréta'],
  ['Kre\u0301ta', 'kréta'],
  ['椎体', '椎体'],
  ['диск зрительного нерва', 'диск-зрительного-нерва'],
  ['القرص البصري', 'القرص-البصري'],
  ['चक्र', 'चक्र'],
])('%s in a file name is %s', (name, expected) => expect(slug(name)).toBe(expected));

test('what would be lost is kept apart by a hash', () => {
  expect(slug('cup (50 %)')).toMatch(/^cup-50-[0-9a-f]{8}$/);
  expect(slug('cup (50 %)')).not.toBe(slug('cup [50 %]'));
  expect(slug('***')).toMatch(/^[0-9a-f]{8}$/);
  expect(slug('../../etc')).toMatch(/^etc-[0-9a-f]{8}$/);
});

test('structures of one image never share a file', () => {
  const names = ['Disc', 'disc', 'disc ', '椎体', '椎间盘', 'a/b', 'a:b'];
  const files = slugs(names);
  expect(new Set(files).size).toBe(names.length);
  expect(files.slice(3, 5)).toEqual(['椎体', '椎间盘']);
});

test('a long name fits into a file name, and stays different from another', () => {
  const [a, b] = [`${'視'.repeat(200)}a`, `${'視'.repeat(200)}b`];
  expect(Buffer.byteLength(`${slug(a)}.png`)).toBeLessThan(128);
  expect(slug(a)).not.toBe(slug(b));
});
