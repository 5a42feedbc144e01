import { ArgsType, Field, Int, ObjectType } from 'type-graphql';
import { defaultPage, pageCap } from './page.ts';

@ArgsType()
export class PageArgs {
  @Field(() => Int, {
    nullable: true,
    description: `The first so many, after the cursor \`after\` if given: 0 to ${pageCap}. ${defaultPage} where neither first nor last is given.`,
  })
  first?: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'Go on after this cursor (pageInfo.endCursor of the page before).',
  })
  after?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: `The last so many, before the cursor \`before\` if given: 0 to ${pageCap}.`,
  })
  last?: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'Go back from this cursor (pageInfo.startCursor of the page after).',
  })
  before?: string | null;
}

@ObjectType({ description: 'Where a page lies in its list.', simpleResolvers: true })
export class PageInfo {
  @Field(() => Boolean, { description: 'There are more after this page.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'There are more before this page.' })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: 'Cursor of the first item; null on an empty page.' })
  startCursor!: string | null;

  @Field(() => String, { nullable: true, description: 'Cursor of the last item; null on an empty page.' })
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
    description: `A ${name} in a page, with the cursor that names its place.`,
    simpleResolvers: true,
  })
  class Edge {
    @Field(() => String, {
      description: 'Opaque; only good for `after` and `before` of the same list in the same order.',
    })
    cursor!: string;

    @Field(node)
    node!: Node;
  }

  @ObjectType(`${name}Connection`, { description: `A page of a list of ${name}.`, simpleResolvers: true })
  class Page {
    @Field(() => [Edge], { description: 'The items with their cursors.' })
    edges!: Edge[];

    @Field(() => [node()], { description: 'The items alone.' })
    nodes!: Node[];

    @Field(() => PageInfo)
    pageInfo!: PageInfo;

    @Field(() => Int, {
      description: 'Items in the whole list, not only in this page. Counted only when asked for.',
    })
    totalCount!: number;
  }
  return Page;
}
