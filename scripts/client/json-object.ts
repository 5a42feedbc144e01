/** Reads an option's JSON object. @throws Error that names the option and what was given. */
export function jsonObject(name: string, text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // said below
  }
  throw new Error(`${name} '${text}': expected a JSON object`);
}
