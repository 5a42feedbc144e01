type Cells = Readonly<Record<string, string>>;

const WORDS: Readonly<Record<string, 0 | 1>> = { benign: 0, malignant: 1 };
const NUMBERS: Readonly<Record<string, 0 | 1>> = { '0': 0, '1': 1, '0.0': 0, '1.0': 1 };
const NAMES = ['diagnosis', ...[1, 2, 3, 4, 5].map((level) => `diagnosis_${level}`)];

/**
 * The diagnosis of an image from the columns that the ISIC Archive and its challenges have had over the years:
 * `benign_malignant` or `diagnosis_1`; `melanoma` (0 or 1), or the names of lesions in `diagnosis…`.
 * @returns null where it is unknown or indeterminate; words where it cannot be understood.
 */
export function readIsicDiagnosis(cells: Cells, positive: 'malignant' | 'melanoma'): 0 | 1 | null | string {
  return positive === 'malignant' ? readMalignant(cells) : readMelanoma(cells);
}

function readMalignant(cells: Cells): 0 | 1 | null | string {
  const text = (cells['benign_malignant'] || cells['diagnosis_1'] || '').toLowerCase();
  if (text === '' || text.startsWith('indeterminate')) return null;
  if (Object.hasOwn(WORDS, text)) return WORDS[text];
  return `expected benign, malignant or indeterminate, received '${text}'`;
}

function readMelanoma(cells: Cells): 0 | 1 | null | string {
  const stated = cells['melanoma'] ?? '';
  if (Object.hasOwn(NUMBERS, stated)) return NUMBERS[stated];
  if (stated !== '') return `melanoma: expected 0 or 1, received '${stated}'`;
  const names = NAMES.map((column) => (cells[column] ?? '').toLowerCase()).filter((name) => name !== '');
  if (names.length === 0 || names[0].startsWith('indeterminate')) return null;
  return names.some((name) => name.includes('melanoma')) ? 1 : 0;
}
