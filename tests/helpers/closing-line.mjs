// A jest reporter: names each skipped test (its title holds the reason) and ends with 'N passed, N failed'.
import { writeSync } from 'node:fs';

/** @returns {{passed: number, failed: number}} what the checks before jest counted (scripts/test.mjs) */
const checks = () => JSON.parse(process.env.CONSILIUM_CHECKS ?? '{"passed":0,"failed":0}');

export default class ClosingLine {
  /** @param {unknown} _contexts @param {import('@jest/reporters').AggregatedResult} results */
  onRunComplete(_contexts, results) {
    const skipped = results.testResults.flatMap((file) =>
      file.testResults.filter(({ status }) => ['pending', 'todo', 'disabled'].includes(status)),
    );
    for (const test of skipped) process.stdout.write(`skipped: ${test.fullName}\n`);
    const passed = results.numPassedTests + checks().passed;
    // A file that could not be run at all is a failure too, though no test of it was counted.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites + checks().failed;
    const rest = skipped.length > 0 ? `, ${skipped.length} skipped` : '';
    process.env.CONSILIUM_COUNTED = 'yes';
    // At the very end: jest prints its own summary after the reporters.
    process.once('exit', () => writeSync(1, `${passed} passed, ${failed} failed${rest}\n`));
  }
}
