/** Bytes that are not what the model says: told to the client as AWS does. */
export class CodecError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
