/** Tags are kept by key and told as the list that EventBridge takes. */
export function tagsFrom(list: { Key: string | undefined; Value: string | undefined }[] = []): Record<string, string> {
  return Object.fromEntries(list.map(({ Key = '', Value = '' }) => [Key, Value]));
}

export function tagList(tags: Record<string, string>): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
