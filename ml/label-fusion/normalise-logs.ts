/** Probabilities from their logarithms, which lack a common constant. */
export function normaliseLogs(logs: Float64Array): Float64Array {
  const largest = logs.reduce((max, one) => Math.max(max, one), -Infinity);
  const shares = logs.map((one) => Math.exp(one - largest));
  const sum = shares.reduce((total, one) => total + one, 0);
  return shares.map((share) => share / sum);
}
