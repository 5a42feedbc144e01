import { ArgsType, Field, Int, ObjectType } from 'type-graphql';
import { defaultPage, pageCap } from './page.ts';

@ArgsType()
export class PageArgs {
  @Field(() => Int, {
    nullable: true,
    description: `Return this many items from the start, or after the cursor \`after\` if given: 0 to ${pageCap}. ${defaultPage} if neither first nor last is given.`,
  })
  first?: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'Start after this cursor (pageInfo.endCursor of the previous page).',
  })
  after?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: `Return this many items from the end, or before the cursor \`before\` if given: 0 to ${pageCap}.`,
  })
  last?: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'End before this cursor (pageInfo.startCursor of the next page).',
  })
  before?: string | null;
}

@ObjectType({ description: 'The position of a page in its list.', simpleResolvers: true })
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether there are more items after this page.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'Whether there are more items before this page.' })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: 'Cursor of the first item. Null on an empty page.' })
  startCursor!: string | null;

  @Field(() => String, { nullable: true, description: 'Cursor of the last item. Null on an empty page.' })
  endCursor!: string | null;
}

export interface Connection<Node> {
  readonly edges: readonly { readonly cursor: string; readonly node: Node }[];
  readonly nodes: readonly Node[];
  readonly pageInfo: PageInfo;
  readonly totalCount: number;
}

type Class<Node> = abstract new () => Node;

/** The types of a list that is read page by page: `${name}Connection` and `${name}Edge`. */
export function connectionType<Node extends object>(
  name: string,
  node: () => Class<Node>,
): new () => Connection<Node> {
  @ObjectType(`${name}Edge`, {
    description: `A ${name} on a page, with the cursor that marks its position.`,
    simpleResolvers: true,
  })
  class Edge {
    @Field(() => String, {
      description: 'Opaque. Valid only as `after` or `before` for the same list in the same order.',
    })
    cursor!: string;

    @Field(node)
    node!: Node;
  }

  @ObjectType(`${name}Connection`, { description: `A page of a list of ${name}.`, simpleResolvers: true })
  class Page {
    @Field(() => [Edge], { description: 'The items with their cursors.' })
    edges!: Edge[];

    @Field(() => [node()], { description: 'The items without cursors.' })
    nodes!: Node[];

    @Field(() => PageInfo)
    pageInfo!: PageInfo;

    @Field(() => Int, {
      description: 'Number of items in the whole list, not only on this page. Counted only when asked for.',
    })
    totalCount!: number;
  }
  return Page;
}
