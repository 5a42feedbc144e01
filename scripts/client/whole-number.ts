/** Reads an option's number. @throws Error that names the option and the given value. */
export function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least) {
    throw new Error(`${name} '${text}': expected a whole number, at least ${least}`);
  }
  return value;
}
