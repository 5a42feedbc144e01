import { Field, InputType } from 'type-graphql';

@InputType()
export class ImportDatasetInput {
  @Field(() => String, { description: 'The folder, or its manifest, as the server sees it.' })
  path!: string;

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'Leave out rows with errors and report each in run.result; otherwise one bad row stops the import.',
  })
  skipBad!: boolean;
}
