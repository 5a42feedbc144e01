import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, Info, Query, Resolver } from 'type-graphql';
import type { RequestContext } from '../context.ts';
import { PageArgs, type Connection } from '../read/connection.type.ts';
import { equalTo, same, type Equality } from '../read/conditions.ts';
import { read } from '../read/read.ts';
import { Related } from '../read/sql-fields.ts';
import { DiagnosisFilter } from './diagnosis.input.ts';
import { Diagnosis, DiagnosisConnection, nameOfValue } from './diagnosis.type.ts';

const ofImage = (column: string) => (row: string) =>
  `(select i.${column} from images i where i.id = ${row}.image_id)`;

const filterable: Equality = {
  datasetId: { type: 'uuid', sql: ofImage('dataset_id') },
  imageId: same('image_id', 'uuid'),
  source: same('source', 'text'),
  value: same('value', 'int'),
  name: { type: 'text', sql: nameOfValue },
  split: { type: 'split', sql: ofImage('split') },
  current: same('current', 'boolean'),
};

@Resolver(() => Diagnosis)
export class DiagnosisResolver {
  @Related({ where: (row, { filter }, bind) => equalTo(filterable, row, filter, bind) })
  @Query(() => DiagnosisConnection, {
    description: 'Diagnoses of all sources that match the filter, oldest first.',
  })
  diagnoses(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) _page: PageArgs,
    @Arg('filter', () => DiagnosisFilter, { nullable: true }) _filter?: DiagnosisFilter,
  ): Promise<Connection<Diagnosis>> {
    return read(context, info);
  }
}
