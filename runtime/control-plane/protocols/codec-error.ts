/** Bytes that are not what the model says: told to the client as AWS does, status 400. */
export class CodecError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = code;
    this.code = code;
  }
}
