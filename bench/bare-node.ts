import { createServer } from 'node:http';

const [port = '0', answer = '{}'] = process.argv.slice(2);
const { headers, body } = JSON.parse(answer) as { headers: Record<string, string>; body: string };
const bytes = Buffer.from(body);

createServer((_request, response) => {
  response.writeHead(200, headers);
  response.end(bytes);
}).listen(Number(port), '127.0.0.1');
