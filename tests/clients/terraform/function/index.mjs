export const handler = async (e) => ({ statusCode: 200, body: JSON.stringify({ hello: e.rawPath ?? null }) });
