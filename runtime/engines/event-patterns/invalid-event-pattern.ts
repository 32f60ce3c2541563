/** A pattern that AWS would not take, and AWS's reason. Each service reports it under its own code and sentence. */
export class InvalidEventPattern extends Error {
  override readonly name = 'InvalidEventPattern';
}
