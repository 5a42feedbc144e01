const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * A cell of a table: a number as pandas, R and spreadsheets write it (0.30000000000000004, 1e-05, .75), null for NaN, else
 * text. What an identifier may be stays text: '007', and whole numbers that have more digits than a number can keep.
 * @param decimalComma whether '0,5' is a half, as in tables with ';' between the cells
 */
export function numberOrText(cell: string, decimalComma = false): number | string | null {
  if (/^[+-]?nan$/i.test(cell)) return null;
  const text = decimalComma ? cell.replace(/^([+-]?\d*),(\d+(e[+-]?\d+)?)$/i, '$1.$2') : cell;
  if (!NUMBER.test(text) || /^[+-]?0\d/.test(text)) return cell;
  const value = Number(text);
  const whole = /^[+-]?\d+$/.test(text);
  if (!Number.isFinite(value) || (whole && !Number.isSafeInteger(value))) return cell;
  return value === 0 ? 0 : value; // JSON has no -0
}
