import { normal, type Random } from '../../random.ts';
import { finish, mix, paint, scale, stroke, type Colour, type LinePoint } from './canvas.ts';
import { contour, depth, ellipse, softInside, withAreaOf, type Contour } from './contour.ts';
import { createPhantom, type Picture, type Scene } from './create-phantom.ts';
import { cloudNoise, smoothNoise } from './noise.ts';
import { phantomConfig, phantomPresets, type PhantomMethod } from './phantom.ts';

interface Frame {
  readonly x: number;
  readonly y: number;
  /** Radius of the circle of the same area. */
  readonly size: number;
  readonly elongation: number;
  readonly tilt: number;
  /** Direction of the lobe that makes the lesion asymmetric. */
  readonly lobe: number;
  readonly waves: readonly { readonly k: number; readonly share: number; readonly phase: number }[];
  readonly skin: Colour;
  readonly pigment: Colour;
}

/** Length of the one-sided lobe relative to the radius. */
const asymmetry = (shape: number): number => 1.2 / (1 + Math.exp(-1.5 * shape));

/** Size of the border's waves relative to the radius. */
const border = (shape: number): number => 0.18 / (1 + Math.exp(-1.5 * shape));

function outlines(frame: Frame, shape: number): Contour[] {
  const [lobe, waves] = [asymmetry(shape), border(shape)];
  const outline = contour(frame.x, frame.y, (angle) => {
    const wave = frame.waves.reduce(
      (sum, { k, share, phase }) => sum + share * Math.cos(k * angle + phase),
      0,
    );
    const bulge = Math.exp(5 * (Math.cos(angle - frame.lobe) - 1));
    return ellipse(angle - frame.tilt, 1, frame.elongation) * (1 + lobe * bulge + waves * wave);
  });
  return [withAreaOf(outline, frame.size)];
}

const HAIR: Colour = [0.24, 0.18, 0.15];

function picture({ frame, visible, truth, config }: Picture<Frame>, random: Random): Float32Array {
  const [skin, pores] = [cloudNoise(random, 4, 3), smoothNoise(random, 60, 60)];
  const [shade, network] = [cloudNoise(random, 6, 3), smoothNoise(random, 34, 34)];
  const edge = config.ambiguity * 1.2;
  const blotch = { x: 0.06 * normal(random), y: 0.06 * normal(random), strength: 0.35 * random() };
  const canvas = paint(config.size, (x, y) => {
    const ground = scale(frame.skin, 1 + 0.035 * skin(x, y) + 0.02 * pores(x, y));
    const inside =
      (softInside(visible[0], x, y, edge) + config.trueEdge * softInside(truth[0], x, y, edge)) /
      (1 + config.trueEdge);
    const spot = Math.exp(-((x - frame.x - blotch.x) ** 2 + (y - frame.y - blotch.y) ** 2) / 0.008);
    const reach = Math.min(Math.max(depth(visible[0], x, y) / 0.1, 0), 1);
    // Brown of uneven depth, darker towards the middle, with a net of finer lines: a plain common mole.
    const dark =
      0.95 - 0.22 * reach - blotch.strength * spot + 0.1 * shade(x, y) + 0.07 * Math.abs(network(x, y));
    const colour = mix(ground, scale(frame.pigment, Math.max(dark, 0.2)), 0.9 * inside);
    const corner = Math.hypot(x - 0.5, y - 0.5);
    const vignette = 1 - 0.85 / (1 + Math.exp(-(corner - 0.63) / 0.025));
    return scale(colour, (1.04 - 0.25 * corner ** 2) * vignette);
  });
  stroke(canvas, hairs(random), HAIR);
  return finish(canvas);
}

/** A few hairs across the picture: arcs of one bend each. */
function hairs(random: Random): LinePoint[][] {
  const count = Math.floor(random() * 7);
  return Array.from({ length: count }, () => {
    let [x, y, heading] = [random(), random(), 2 * Math.PI * random()];
    const [bend, width, length] = [0.012 * normal(random), 0.006 + 0.005 * random(), 90 + 120 * random()];
    const strength = 0.55 + 0.35 * random();
    const line: LinePoint[] = [];
    for (let k = 0; k < length; k++) {
      line.push({ x, y, width, strength });
      heading += bend;
      x += 0.005 * Math.cos(heading);
      y += 0.005 * Math.sin(heading);
    }
    return line;
  });
}

const scene: Scene<Frame> = {
  name: 'dermoscopy',
  structures: ['lesion'],
  // R1 and R2 help most, as DiFF leans to them in the paper's Table 4; R3 follows the visible edge alone.
  raters: [
    { name: 'R1', informativeness: 0.95, bias: 0, noise: 0.25 },
    { name: 'R2', informativeness: 0.65, bias: 0.2, noise: 0.25 },
    { name: 'R3', informativeness: 0, bias: 0.1, noise: 0.25 },
    { name: 'R4', informativeness: 0.35, bias: -0.2, noise: 0.25 },
  ],
  diagnosisNames: ['no melanoma', 'melanoma'],
  measureName: 'length of the lobe to the radius',
  frame: (random) => {
    const shares = [5, 6, 7, 8, 9].map((k) => ({ k, share: 0.5 + random(), phase: 2 * Math.PI * random() }));
    const length = Math.hypot(...shares.map(({ share }) => share));
    const tone = random();
    return {
      x: 0.5 + 0.015 * normal(random),
      y: 0.5 + 0.015 * normal(random),
      size: 0.22 + 0.01 * normal(random),
      elongation: 0.85 + 0.1 * random(),
      tilt: Math.PI * random(),
      lobe: 2 * Math.PI * random(),
      waves: shares.map(({ k, share, phase }) => ({ k, share: (1.4 * share) / length, phase })),
      skin: mix([0.93, 0.74, 0.66], [0.8, 0.6, 0.48], tone),
      pigment: mix([0.56, 0.34, 0.22], [0.4, 0.25, 0.18], random()),
    };
  },
  measure: asymmetry,
  outlines,
  picture,
};

export const dermoscopy: PhantomMethod = {
  name: 'dermoscopy',
  modality: 'dermoscopy',
  summary: 'Dermoscopy of a pigmented lesion, outlined by four raters; melanoma if asymmetric and ragged.',
  citation: 'Our own construction; task and rater count after Wu et al. 2022 (arXiv 2208.03016), ISIC.',
  reconstruction: 'Our own construction: anatomy, appearance and raters are simulated.',
  history: ['First version.'],
  config: phantomConfig,
  presets: phantomPresets,
  create: (options) => createPhantom(scene, options),
};
