import { GraphQLJSON } from 'graphql-scalars';
import { Field, InputType, Int } from 'type-graphql';

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

  @Field(() => String, {
    nullable: true,
    description: 'Name of the dataset. If omitted, the one that the folder gives.',
  })
  name?: string | null;

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'Add to the dataset of this name even if another folder made it. Otherwise the import is refused.',
  })
  add!: boolean;

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'Withdraw images, masks and diagnoses that came from this folder and are not there any more. Does not go with skipBad.',
  })
  mirror!: boolean;

  @Field(() => Int, {
    nullable: true,
    description:
      'How many rows mirror may withdraw in all; with more, nothing is changed. If omitted: half of the images, of the masks and of the diagnoses.',
  })
  mirrorLimit?: number | null;

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'Take back what was withdrawn or purged, where the folder still has it. Otherwise it stays withdrawn, and run.result.leftWithdrawn says so.',
  })
  restore!: boolean;

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'Look at every file. Otherwise those of rows that have not changed, and whose files have the same inode, size and times as when they were last looked at, are not opened.',
  })
  verify!: boolean;
}
