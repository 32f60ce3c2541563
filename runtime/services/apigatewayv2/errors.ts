import { AwsError } from '../../kernel/errors.ts';

/** API Gateway v2 API Reference: NotFoundException, BadRequestException and ConflictException of every operation. */

export function notFound(kind: string, id: string): AwsError {
  return new AwsError('NotFoundException', `Invalid ${kind} identifier specified ${id}`, {
    status: 404,
    members: { ResourceType: kind },
  });
}

export function badRequest(message: string): AwsError {
  return new AwsError('BadRequestException', message, { status: 400 });
}

export function conflict(message: string): AwsError {
  return new AwsError('ConflictException', message, { status: 409 });
}
