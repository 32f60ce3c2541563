export interface UpstreamRequest {
  method: string;
  /** Path and query, encoded. */
  path: string;
  headers: Readonly<Record<string, string>>;
  /** Asks to go on with WebSocket. */
  upgrade: boolean;
  last?: boolean;
}

/** The request's first bytes, as latin1 text. What could end a line early is no request at all. */
export function requestHead({ method, path, headers, upgrade, last }: UpstreamRequest, chunked: boolean): string {
  let text = `${method} ${path} HTTP/1.1\r\n`;
  let lines = 1;
  for (const name in headers) {
    text += `${name}: ${headers[name]}\r\n`;
    lines += 1;
  }
  if (upgrade) text += 'connection: upgrade\r\nupgrade: websocket\r\n';
  else text += last ? 'connection: close\r\n' : 'connection: keep-alive\r\n';
  lines += upgrade ? 2 : 1;
  if (chunked) {
    text += 'transfer-encoding: chunked\r\n';
    lines += 1;
  }
  if (!isWhole(text, lines)) throw new Error('a request to a target has a line end within a line');
  return `${text}\r\n`;
}

/** As many line ends as there are lines: a name or value with one of its own would smuggle a header in. */
function isWhole(text: string, lines: number): boolean {
  let found = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) found += 1;
  return found === lines;
}
