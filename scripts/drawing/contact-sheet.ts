import { toPng, type Picture } from './pixels.ts';
import { renderSvg, text } from './svg.ts';

export interface Cell {
  readonly title: string;
  /** A second, smaller line. */
  readonly note?: string;
  readonly picture: Picture;
}

export interface Row {
  readonly label: string;
  readonly cells: readonly Cell[];
}

export interface Sheet {
  readonly title: string;
  readonly rows: readonly Row[];
  readonly footer: string;
}

const cell = 150;
const gap = 10;
const margin = 20;
const captionHeight = 34;
const labelHeight = 24;

/**
 * Rows of captioned pictures as one PNG.
 */
export async function drawContactSheet(sheet: Sheet): Promise<Buffer> {
  const columns = Math.max(...sheet.rows.map((row) => row.cells.length));
  const width = 2 * margin + columns * (cell + gap) - gap;
  const rowHeight = labelHeight + cell + captionHeight;
  const height = 2 * margin + 30 + sheet.rows.length * rowHeight + 20;
  const rows = await Promise.all(
    sheet.rows.map(async (row, index) => drawRow(row, margin + 30 + index * rowHeight)),
  );
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="DejaVu Sans">` +
    `<rect width="100%" height="100%" fill="#ffffff"/>` +
    text(margin, margin + 14, 17, sheet.title, '#111111', 'bold') +
    rows.join('') +
    text(margin, height - margin, 11, sheet.footer, '#555555') +
    '</svg>';
  return renderSvg(svg);
}

async function drawRow(row: Row, top: number): Promise<string> {
  const cells = await Promise.all(
    row.cells.map(async ({ title, note, picture }, column) => {
      const [x, y] = [margin + column * (cell + gap), top + labelHeight];
      const png = (await toPng(picture)).toString('base64');
      return (
        `<image x="${x}" y="${y}" width="${cell}" height="${cell}" preserveAspectRatio="none" ` +
        `href="data:image/png;base64,${png}"/>` +
        text(x, y + cell + 14, 12, title, '#111111') +
        (note ? text(x, y + cell + 28, 10.5, note, '#555555') : '')
      );
    }),
  );
  return text(margin, top + 15, 13, row.label, '#111111', 'bold') + cells.join('');
}
