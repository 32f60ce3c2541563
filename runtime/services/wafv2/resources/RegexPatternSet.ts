import { namedResource } from './named-resource.ts';

export const RegexPatternSet = namedResource({
  noun: 'RegexPatternSet',
  properties: { RegularExpressionList: 'executed' },
  toInput: ({ Tags, RegularExpressionList, ...properties }) => ({
    ...properties,
    RegularExpressionList: (RegularExpressionList as string[]).map((RegexString) => ({ RegexString })),
  }),
});
