import { createRequire } from 'node:module';
import path from 'node:path';
import { Resvg } from '@resvg/resvg-js';

/** A line of text as SVG. */
export function text(
  x: number,
  y: number,
  size: number,
  content: string,
  fill: string,
  weight = 'normal',
): string {
  const escaped = content.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
  return `<text x="${x}" y="${y}" font-size="${size}" fill="${fill}" font-weight="${weight}">${escaped}</text>`;
}

/** Text uses a font from an npm package, because a bare machine has none. */
export function renderSvg(svg: string): Buffer {
  const fonts = path.join(
    path.dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json')),
    'ttf',
  );
  const fontFiles = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((name) => path.join(fonts, name));
  const options = { font: { fontFiles, loadSystemFonts: false, defaultFontFamily: 'DejaVu Sans' } };
  return Buffer.from(new Resvg(svg, options).render().asPng());
}
