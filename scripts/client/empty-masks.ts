/** Of how many images masks were empty; null where none are compared, or an earlier version did not count. */
export interface EmptyCounts {
  readonly bothEmptyCount: number | null;
  readonly oneEmptyCount: number | null;
}

/** 'both masks empty in 9 images, one in 1'; null where no mask was empty. */
export function emptyNote({ bothEmptyCount, oneEmptyCount }: EmptyCounts): string | null {
  const both = bothEmptyCount ? `both masks empty in ${images(bothEmptyCount)}` : null;
  const one = oneEmptyCount ? `one mask empty in ${images(oneEmptyCount)}` : null;
  return [both, one].filter((part) => part !== null).join(', ') || null;
}

const images = (count: number): string => `${count} ${count === 1 ? 'image' : 'images'}`;

/** Further columns of a table of numbers: none where no mask was empty. */
export function emptyColumns(
  rows: readonly EmptyCounts[],
  [both, one]: readonly [string, string],
): { readonly head: readonly string[]; readonly of: (row: EmptyCounts) => readonly string[] } {
  if (!rows.some((row) => emptyNote(row) !== null)) return { head: [], of: () => [] };
  const text = (count: number | null): string => (count === null ? '–' : String(count));
  return {
    head: [both, one],
    of: ({ bothEmptyCount, oneEmptyCount }) => [text(bothEmptyCount), text(oneEmptyCount)],
  };
}
