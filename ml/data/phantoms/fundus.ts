import { normal, type Random } from '../../random.ts';
import { finish, mix, paint, scale, stroke, type Colour, type LinePoint } from './canvas.ts';
import { contour, ellipse, softInside, type Contour } from './contour.ts';
import { createPhantom, type Picture, type Scene } from './create-phantom.ts';
import { cloudNoise } from './noise.ts';
import { phantomConfig, phantomPresets, type PhantomMethod } from './phantom.ts';

interface Frame {
  readonly x: number;
  readonly y: number;
  readonly vertical: number;
  readonly horizontal: number;
  /** Where the nose is: vessels enter on that side, the cup lies a little to the other. */
  readonly nasal: 1 | -1;
  readonly warmth: number;
}

/** Vertical cup-to-disc ratio: 0.5 on average, from about 0.25 to 0.75; glaucoma thins the rim from the inside. */
const ratio = (shape: number): number => Math.min(Math.max(0.5 + 0.13 * shape, 0.12), 0.92);

function outlines(frame: Frame, shape: number): Contour[] {
  const cup = ratio(shape);
  // A glaucomatous cup grows upwards and downwards first, so its horizontal ratio follows at less than full pace.
  const [horizontal, vertical] = [frame.horizontal * (0.12 + 0.76 * cup), frame.vertical * cup];
  const x = frame.x - frame.nasal * 0.04 * frame.horizontal;
  return [
    contour(frame.x, frame.y, (angle) => ellipse(angle, frame.horizontal, frame.vertical)),
    contour(x, frame.y, (angle) => ellipse(angle, horizontal, vertical)),
  ];
}

const RETINA: Colour = [0.66, 0.27, 0.11];
const DISC: Colour = [0.93, 0.6, 0.28];
const CUP: Colour = [1, 0.88, 0.62];
const VESSEL: Colour = [0.62, 0.32, 0.3];

function picture({ frame, visible, truth, config }: Picture<Frame>, random: Random): Float32Array {
  const [choroid, grain] = [cloudNoise(random, 5, 4), cloudNoise(random, 32, 2)];
  const tilt = [normal(random) * 0.08, normal(random) * 0.08] as const;
  const edge = config.ambiguity;
  const canvas = paint(config.size, (x, y) => {
    const retina = scale(mix(RETINA, [0.75, 0.38, 0.2], frame.warmth), 1 + 0.1 * choroid(x, y));
    const disc = softInside(visible[0], x, y, edge * 0.5);
    const pallor =
      (softInside(visible[1], x, y, edge) + config.trueEdge * softInside(truth[1], x, y, edge)) /
      (1 + config.trueEdge);
    // A thin pale ring where nerve fibres leave the disc, as in many real photographs.
    const ring = 0.12 * Math.exp(-(((disc - 0.35) / 0.2) ** 2));
    const colour = mix(mix(retina, DISC, disc), CUP, 0.85 * pallor * disc);
    const distance = Math.hypot(x - 0.5, y - 0.5);
    const light = 1 + tilt[0] * (x - 0.5) + tilt[1] * (y - 0.5) - 0.55 * distance ** 2 + ring;
    return scale(colour, light * (1 + 0.02 * grain(x, y)));
  });
  stroke(canvas, vessels(frame, random), VESSEL);
  return finish(canvas);
}

/** Arteries and veins leave the disc in an upper and a lower arcade and branch on their way. */
function vessels(frame: Frame, random: Random): LinePoint[][] {
  const lines: LinePoint[][] = [];
  const root = { x: frame.x + frame.nasal * 0.25 * frame.horizontal, y: frame.y };
  for (const vertical of [-1, 1]) {
    for (const [lean, width] of [
      [-0.35, 0.026],
      [-0.05, 0.02],
      [0.45, 0.018],
    ] as const) {
      const heading = vertical * (Math.PI / 2 - frame.nasal * (lean + 0.12 * normal(random)));
      grow(
        lines,
        { ...root, y: root.y + vertical * 0.02, heading, width, bend: -vertical * frame.nasal },
        random,
      );
    }
  }
  grow(lines, { ...root, heading: frame.nasal > 0 ? 0.2 : Math.PI - 0.2, width: 0.012, bend: 0 }, random);
  return lines;
}

interface Shoot {
  readonly x: number;
  readonly y: number;
  readonly heading: number;
  readonly width: number;
  /** The side to which the arcade bends (towards the macula). */
  readonly bend: number;
}

function grow(lines: LinePoint[][], shoot: Shoot, random: Random): void {
  const step = 0.004;
  let { x, y, heading, width } = shoot;
  const line: LinePoint[] = [];
  let turn = 0;
  while (width > 0.005 && x > -0.05 && x < 1.05 && y > -0.05 && y < 1.05) {
    line.push({ x, y, width, strength: 0.85 });
    turn = 0.9 * turn + 0.05 * normal(random);
    heading += 0.12 * turn - 0.006 * shoot.bend;
    x += step * Math.cos(heading);
    y += step * Math.sin(heading);
    width *= 0.996;
    if (line.length > 12 && random() < 0.018) {
      const side = random() < 0.5 ? -1 : 1;
      grow(
        lines,
        { x, y, heading: heading + side * (0.5 + 0.3 * random()), width: width * 0.66, bend: 0 },
        random,
      );
      width *= 0.88;
    }
  }
  lines.push(line);
}

const scene: Scene<Frame> = {
  name: 'fundus',
  structures: ['disc', 'cup'],
  // Informativeness as in the probe that preceded the project: R2 and R4 help most, R7 not at all (Figure 2 of the paper).
  raters: [
    { name: 'R1', informativeness: 0.6, bias: 0.2, noise: 0.25 },
    { name: 'R2', informativeness: 0.95, bias: -0.1, noise: 0.25 },
    { name: 'R3', informativeness: 0.4, bias: -0.3, noise: 0.25 },
    { name: 'R4', informativeness: 0.95, bias: 0.1, noise: 0.25 },
    { name: 'R5', informativeness: 0.3, bias: 0.3, noise: 0.25 },
    { name: 'R6', informativeness: 0.2, bias: -0.2, noise: 0.25 },
    { name: 'R7', informativeness: 0, bias: 0, noise: 0.25 },
  ],
  diagnosisNames: ['no glaucoma', 'glaucoma'],
  measureName: 'vertical cup-to-disc ratio',
  frame: (random) => {
    const vertical = 0.3 + 0.015 * normal(random);
    return {
      x: 0.5 + 0.02 * normal(random),
      y: 0.5 + 0.02 * normal(random),
      vertical,
      horizontal: vertical * (0.92 + 0.025 * normal(random)),
      nasal: random() < 0.5 ? 1 : -1,
      warmth: random(),
    };
  },
  measure: ratio,
  outlines,
  picture,
};

export const fundus: PhantomMethod = {
  name: 'fundus',
  modality: 'fundus',
  summary:
    'Colour fundus photographs around the optic disc: disc and cup outlined by seven raters, with glaucoma as the diagnosis.',
  citation:
    'Our own construction; task, rater count and roles after Wu et al. 2022 (arXiv 2208.03016), REFUGE-2.',
  reconstruction: 'Our own construction: anatomy, appearance and raters are simulated.',
  history: ['First version.'],
  config: phantomConfig,
  presets: phantomPresets,
  create: (options) => createPhantom(scene, options),
};
