import { pino, type Logger } from 'pino';

export type Log = Logger;

/** JSON lines on stderr: stdout stays for what a command prints. LOG_LEVEL: debug, info, warn, error or silent. */
export function createLog(level = process.env['LOG_LEVEL'] || 'info'): Log {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2));
}
