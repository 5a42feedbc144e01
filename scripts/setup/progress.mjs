// What set-up says, on stderr. pip and npm show their own progress.
const every = 10_000;

/** @param {string} line */
export const say = (line) => void process.stderr.write(`${line}\n`);

/**
 * Reports what is being done, and that it is still running.
 * @param {string} title
 * @param {() => Promise<unknown>} work
 */
export async function step(title, work) {
  const begun = Date.now();
  const seconds = () => `${((Date.now() - begun) / 1000).toFixed(0)} s`;
  say(`${title} …`);
  const timer = setInterval(() => say(`${title} … ${seconds()}`), every);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  say(`${title}: done (${seconds()})`);
}
