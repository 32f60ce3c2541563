import type {
  DeleteSuppressedDestinationCommandInput,
  GetSuppressedDestinationCommandInput,
  ListSuppressedDestinationsCommandInput,
  PutSuppressedDestinationCommandInput,
} from '@aws-sdk/client-sesv2';
import { bareAddress } from '../../../engines/ses/addresses.ts';
import { badRequest, notFound } from '../../../engines/ses/errors.ts';
import { page } from '../../../engines/ses/pages.ts';
import { suppressed } from '../../../engines/ses/state.ts';
import type { Context } from '../../../kernel/service.ts';

export function PutSuppressedDestination(ctx: Context, input: PutSuppressedDestinationCommandInput) {
  const EmailAddress = bareAddress(input.EmailAddress ?? '').toLowerCase();
  const { Reason } = input;
  if (Reason !== 'BOUNCE' && Reason !== 'COMPLAINT') throw badRequest(`Invalid reason <${Reason}>.`);
  suppressed(ctx, ctx).put(EmailAddress, { EmailAddress, Reason, updatedMs: ctx.clock.now() });
  return {};
}

export function GetSuppressedDestination(ctx: Context, input: GetSuppressedDestinationCommandInput) {
  const { updatedMs, ...entry } = entryOf(ctx, input.EmailAddress);
  return { SuppressedDestination: { ...entry, LastUpdateTime: new Date(updatedMs) } };
}

export function DeleteSuppressedDestination(ctx: Context, input: DeleteSuppressedDestinationCommandInput) {
  const { EmailAddress = '' } = entryOf(ctx, input.EmailAddress);
  suppressed(ctx, ctx).delete(EmailAddress);
  return {};
}

export function ListSuppressedDestinations(ctx: Context, input: ListSuppressedDestinationsCommandInput) {
  const { Reasons, StartDate, EndDate } = input;
  const wanted = suppressed(ctx, ctx)
    .values()
    .filter(
      ({ Reason, updatedMs }) =>
        (!Reasons || (Reason !== undefined && Reasons.includes(Reason))) &&
        (!StartDate || updatedMs >= StartDate.getTime()) &&
        (!EndDate || updatedMs < EndDate.getTime()),
    );
  const { items, NextToken } = page(wanted, input, ({ EmailAddress = '' }) => EmailAddress);
  const SuppressedDestinationSummaries = items.map(({ EmailAddress, Reason, updatedMs }) => ({
    EmailAddress,
    Reason,
    LastUpdateTime: new Date(updatedMs),
  }));
  return { SuppressedDestinationSummaries, ...NextToken };
}

function entryOf(ctx: Context, address = '') {
  const entry = suppressed(ctx, ctx).get(bareAddress(address).toLowerCase());
  if (!entry) throw notFound(`Email address ${address} does not exist on your suppression list.`, 'NotFound');
  return entry;
}
