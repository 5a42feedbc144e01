import type { RunProgress } from './client.ts';

const barWidth = 24;

/** One line a run: a bar that moves on a terminal, a line at each quarter elsewhere. */
export function progressLine(label: string): {
  update(progress: RunProgress): void;
  end(): void;
  /** Ends the progress line: whatever is printed next starts on a new line. */
  leave(): void;
} {
  const begin = Date.now();
  const seconds = (): string => `${((Date.now() - begin) / 1000).toFixed(1)} s`;
  let quarter = -1;
  let ended = false;

  const line = (progress: number, stage: string): string => {
    const full = Math.round(barWidth * progress);
    const bar = '█'.repeat(full) + '░'.repeat(barWidth - full);
    const percent = `${Math.floor(100 * progress)} %`.padStart(5);
    return `  ${label.padEnd(34)} ${bar} ${percent}  ${seconds().padStart(7)}  ${stage}`;
  };

  return {
    update({ status, progress, stage }) {
      const what = status === 'queued' ? 'waiting for its turn' : stage;
      if (process.stdout.isTTY) {
        process.stdout.write(`\r\x1b[2K${line(progress, what).slice(0, process.stdout.columns - 1)}`);
        return;
      }
      if (progress >= 1 || Math.floor(progress * 4) <= quarter) return;
      quarter = Math.floor(progress * 4);
      console.log(line(progress, what));
    },
    end() {
      if (ended) return;
      ended = true;
      const clear = process.stdout.isTTY ? '\r\x1b[2K' : '';
      process.stdout.write(`${clear}${line(1, '')}\n`);
    },
    leave() {
      if (process.stdout.isTTY) process.stdout.write('\n');
    },
  };
}
