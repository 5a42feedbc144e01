/** Exit code that tells a supervisor that the settings are wrong, so starting the process again is no use. */
export const wrongSettings = 78; // EX_CONFIG of sysexits.h

/** Runs a program. If it fails, prints the reason on one line, with a stack only if LOG_LEVEL asks for details. */
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
