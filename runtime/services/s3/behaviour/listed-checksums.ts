/**
 * Which checksums a version has, out of the text of its meta: parsing a thousand of them whole takes longer than all else
 * of a listing. Inside a JSON string every quote is escaped, so nothing that a client gave can look like what is searched.
 */
export function checksumAlgorithms(meta: string): string[] | undefined {
  const found = /"checksums":\{([^}]*)\}/.exec(meta)?.[1];
  if (found === undefined) return undefined;
  const only = /^"(\w+)":"[^"]*"$/.exec(found)?.[1];
  return only === undefined ? Object.keys(JSON.parse(`{${found}}`) as object) : [only];
}

export function checksumType(meta: string): string {
  return /"checksumType":"(\w+)"/.exec(meta)?.[1] ?? 'FULL_OBJECT';
}
