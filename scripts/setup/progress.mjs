// Progress on stderr: one line that is rewritten on a terminal, a plain line now and then anywhere else.
const plainLineEvery = 5000;

/** @param {number} bytes */
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;

/** @param {string} line */
export const say = (line) => void process.stderr.write(`${line}\n`);

/**
 * @param {string} title
 * @param {{total?: number, unit?: 'bytes' | 'files' | 'requests', stream?: NodeJS.WriteStream}} [options]
 */
export function startProgress(title, { total, unit = 'files', stream = process.stderr } = {}) {
  const begun = Date.now();
  let done = 0;
  let goal = total;
  let lastLine = begun;
  const amount = () => {
    const show = unit === 'bytes' ? megabytes : String;
    const named = unit === 'bytes' ? '' : ` ${unit}`;
    if (done === 0 && !goal) return '';
    const percent = goal ? ` (${Math.min(100, Math.floor((100 * done) / goal))} %)` : '';
    return `  ${show(done)}${goal ? ` of ${show(Math.max(goal, done))}` : ''}${named}${percent}`;
  };
  const text = () => `${title}${amount()}  ${((Date.now() - begun) / 1000).toFixed(0)} s`;
  const draw = () => {
    if (stream.isTTY) return void stream.write(`\r\x1b[2K${text()}`);
    if (Date.now() - lastLine < plainLineEvery) return;
    lastLine = Date.now();
    stream.write(`${text()}\n`);
  };
  if (!stream.isTTY) stream.write(`${title} …\n`);
  const timer = setInterval(draw, stream.isTTY ? 200 : 1000);
  /** @param {string} [ending] */
  const end = (ending = 'done') => {
    clearInterval(timer);
    stream.write(`${stream.isTTY ? '\r\x1b[2K' : ''}${text()}  ${ending}\n`);
  };
  return {
    /** @param {number} now @param {number} [newTotal] */
    update: (now, newTotal) => {
      done = now;
      goal = newTotal ?? goal;
    },
    done: () => end(),
    failed: () => end('failed'),
  };
}

/** @param {string} title @param {(progress: ReturnType<typeof startProgress>) => Promise<void>} work @param {Parameters<typeof startProgress>[1]} [options] */
export async function withProgress(title, work, options) {
  const progress = startProgress(title, options);
  try {
    await work(progress);
  } catch (error) {
    progress.failed();
    throw error;
  }
  progress.done();
}
