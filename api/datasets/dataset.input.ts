import { GraphQLJSON } from 'graphql-scalars';
import { Field, InputType } from 'type-graphql';

@InputType()
export class ImportDatasetInput {
  @Field(() => String, {
    description: 'Path of the folder, or of the file that describes it, as the server sees it.',
  })
  path!: string;

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'Skip rows with errors and report each in run.result. Otherwise one bad row stops the import.',
  })
  skipBad!: boolean;

  @Field(() => String, {
    nullable: true,
    description:
      'Name of a reader; see methods(kind: READER). If omitted, the first reader that recognises the folder.',
  })
  format?: string | null;

  @Field(() => GraphQLJSON, {
    nullable: true,
    description: "The reader's settings; see Method.configSchema.",
  })
  options?: Record<string, unknown> | null;
}
