import { versionOf, type Method, type Registry } from '../../ml/method.ts';
import type { SqlOf } from '../read/sql-fields.ts';

/**
 * SQL of whether a result was made by an earlier version of its method than this server has, or by a method that it no
 * longer has.
 */
export function isOutdated(registry: Registry<Method>, nameColumn = 'method'): SqlOf {
  const versions = registry.list().map((method) => `('${method.name}', ${versionOf(method)})`);
  return (row) =>
    `not exists (select 1 from (values ${versions.join(', ')}) as known (name, version)
      where known.name = ${row}.${nameColumn} and known.version = ${row}.method_version)`;
}
