/** The paper works at 256×256; 64×64 is the smallest size at which cup and disc can still be told apart. */
const presetSizes: Readonly<Record<string, number>> = { demo: 64 };
const paperSize = 256;

/** Side of the square in which networks work, where none is asked for. */
export const workingSize = (preset: string): number => presetSizes[preset] ?? paperSize;
