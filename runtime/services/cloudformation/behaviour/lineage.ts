import { defineEngine } from '../../../kernel/engine.ts';

export interface Lineage {
  ParentId: string;
  RootId: string;
}

/** CreateStack has no parameter for who the parent is: the nested stack's resource type says so just before. */
export const lineage = defineEngine('cloudformation-lineage', () => {
  const expected = new Map<string, Lineage>();
  return {
    expect: (StackName: string, of: Lineage) => void expected.set(StackName, of),
    take(StackName: string): Partial<Lineage> {
      const found = expected.get(StackName) ?? {};
      expected.delete(StackName);
      return found;
    },
  };
});
