/** A policy document that AWS would not take. Each service reports it under its own code (MalformedPolicyDocument, MalformedPolicy). */
export class MalformedPolicy extends Error {
  override readonly name = 'MalformedPolicy';
}
