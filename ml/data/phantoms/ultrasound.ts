import { normal, type Random } from '../../random.ts';
import { finish, paint } from './canvas.ts';
import { contour, depth, ellipse, softInside, withAreaOf, type Contour } from './contour.ts';
import { createPhantom, type Picture, type Scene } from './create-phantom.ts';
import { cloudNoise, smoothNoise, type Field } from './noise.ts';
import { phantomConfig, phantomPresets, type PhantomMethod } from './phantom.ts';

interface Frame {
  readonly x: number;
  readonly y: number;
  /** Radius of the circle of the same area. */
  readonly size: number;
  readonly baseAspect: number;
  readonly waves: readonly { readonly k: number; readonly share: number; readonly phase: number }[];
  /** Brightness of the nodule relative to the gland. */
  readonly echo: number;
}

/** Height over width: 1 at the average shape, above 1 'taller than wide', a sign of malignancy. */
const aspect = (shape: number): number => Math.exp(0.4 * Math.min(Math.max(shape, -2), 2));

/** Size of the border's waves relative to the radius: malignant nodules are irregular. */
const irregularity = (shape: number): number => 0.2 / (1 + Math.exp(-1.5 * shape));

function outlines(frame: Frame, shape: number): Contour[] {
  const ratio = Math.sqrt(aspect(shape) * frame.baseAspect);
  const amplitude = irregularity(shape);
  const outline = contour(frame.x, frame.y, (angle) => {
    const wave = frame.waves.reduce(
      (sum, { k, share, phase }) => sum + share * Math.cos(k * angle + phase),
      0,
    );
    return ellipse(angle, 1 / ratio, ratio) * (1 + amplitude * wave);
  });
  return [withAreaOf(outline, frame.size)];
}

function picture({ frame, visible, truth, config }: Picture<Frame>, random: Random): Float32Array {
  const [tissue, layers] = [cloudNoise(random, 4, 3), muscleLayers(random)];
  const speckle = pixelMean(createSpeckle(random), config.size);
  const edge = config.ambiguity * 1.4;
  const inner = cloudNoise(random, 9, 2);
  const gain = 1 + 0.08 * normal(random);
  return finish(
    paint(config.size, (x, y) => {
      const seen = softInside(visible[0], x, y, edge);
      const nodule = (seen + config.trueEdge * softInside(truth[0], x, y, edge)) / (1 + config.trueEdge);
      const background = layers(x, y) * (1 + 0.14 * tissue(x, y));
      const body = frame.echo * 0.48 * (1 + 0.2 * inner(x, y));
      // Sound passes a nodule more easily than gland: the tissue below it looks brighter.
      const shadowless = 1 + 0.22 * below(visible[0], x, y) * (1 - seen);
      const echo = (background * (1 - nodule) + body * nodule) * shadowless;
      const faded = echo * gain * (1.1 - 0.45 * y);
      // Log compression turns the multiplying speckle into an adding one, which is how a scanner shows it.
      const grey = 0.06 + 0.78 * Math.max(faded * (0.62 + 0.38 * speckle(x, y)), 0);
      return [grey, grey, grey];
    }),
  );
}

/** Skin, fat and strap muscles as bright and dark bands above the gland. */
function muscleLayers(random: Random): Field {
  const sag = smoothNoise(random, 3, 1);
  const bands = [
    { at: 0.03, width: 0.022, level: 0.55 },
    { at: 0.1, width: 0.03, level: -0.2 },
    { at: 0.15 + 0.02 * random(), width: 0.008, level: 0.35 },
    { at: 0.19 + 0.02 * random(), width: 0.025, level: -0.25 },
    { at: 0.235 + 0.02 * random(), width: 0.008, level: 0.3 },
    { at: 0.93, width: 0.05, level: -0.3 },
  ];
  return (x, y) => {
    const row = y + 0.02 * sag(x, y);
    return bands.reduce(
      (sum, band) => sum + band.level * Math.exp(-(((row - band.at) / band.width) ** 2)),
      0.62,
    );
  };
}

/** Rayleigh speckle of mean 1: the length of two independent normal fields, wider than tall as a beam's spot is. */
function createSpeckle(random: Random): Field {
  const cells = (): Field => smoothNoise(random, 46, 88);
  const [real, imaginary] = [cells(), cells()];
  // The smoothed fields have variance below 1 between lattice points; 1.1 brings the mean back to about 1.
  return (x, y) => 1.1 * Math.hypot(real(x, y), imaginary(x, y));
}

/** The mean over a pixel's area: a small picture shows weaker speckle than a large one, as a shrunken scan does. */
function pixelMean(field: Field, size: number): Field {
  const samples = Math.ceil(192 / size);
  const offsets = Array.from({ length: samples }, (_, k) => ((k + 0.5) / samples - 0.5) / size);
  return (x, y) => {
    let sum = 0;
    for (const dy of offsets) for (const dx of offsets) sum += field(x + dx, y + dy);
    return sum / samples ** 2;
  };
}

/** 1 straight below the outline, 0 elsewhere, fading with distance. */
function below(outline: Contour, x: number, y: number): number {
  if (y < outline.y) return 0;
  const column = depth(outline, x, outline.y);
  const side = 1 / (1 + Math.exp(-column / 0.012));
  return side * Math.exp(-(y - outline.y) / 0.5);
}

const scene: Scene<Frame> = {
  name: 'ultrasound',
  structures: ['nodule'],
  // R2 to R4 help, as the paper's Table 3 leans to them; R5 follows the visible edge alone.
  raters: [
    { name: 'R1', informativeness: 0.3, bias: 0.2, noise: 0.25 },
    { name: 'R2', informativeness: 0.75, bias: -0.2, noise: 0.25 },
    { name: 'R3', informativeness: 0.95, bias: 0, noise: 0.25 },
    { name: 'R4', informativeness: 0.55, bias: 0.1, noise: 0.25 },
    { name: 'R5', informativeness: 0, bias: -0.1, noise: 0.25 },
  ],
  diagnosisNames: ['benign', 'malignant'],
  measureName: 'height to width',
  frame: (random) => {
    const shares = [3, 4, 5, 6, 7].map((k) => ({ k, share: 0.5 + random(), phase: 2 * Math.PI * random() }));
    const length = Math.hypot(...shares.map(({ share }) => share));
    return {
      x: 0.5 + 0.02 * normal(random),
      y: 0.55 + 0.015 * normal(random),
      size: 0.21 + 0.01 * normal(random),
      baseAspect: Math.exp(0.04 * normal(random)),
      waves: shares.map(({ k, share, phase }) => ({ k, share: (1.4 * share) / length, phase })),
      echo: 0.55 + 0.2 * random(),
    };
  },
  measure: aspect,
  outlines,
  picture,
};

export const ultrasound: PhantomMethod = {
  name: 'ultrasound',
  modality: 'ultrasound',
  summary:
    'Thyroid ultrasound: a nodule outlined by five raters; malignant if irregular and taller than wide.',
  citation: 'Our own construction; task and rater count after Wu et al. 2022 (arXiv 2208.03016), TNMIX.',
  reconstruction: 'Our own construction: anatomy, appearance and raters are simulated.',
  history: ['First version.'],
  config: phantomConfig,
  presets: phantomPresets,
  create: (options) => createPhantom(scene, options),
};
