/** For a supervisor: with this code a process says that its settings are wrong, so that starting it again is no use. */
export const wrongSettings = 78; // EX_CONFIG of sysexits.h

/** Runs a program: what ends it is told to its user in one line, with a stack only where LOG_LEVEL asks for details. */
export async function program(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    endWith(error);
  }
}

export function endWith(error: unknown, code = 1): never {
  const detailed = ['debug', 'trace'].includes(process.env['LOG_LEVEL'] ?? '');
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
  console.error(detailed ? (stack ?? message) : message);
  process.exit(code);
}
