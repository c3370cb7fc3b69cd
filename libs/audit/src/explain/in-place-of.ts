import { byWhom, type GroupState, type RecordedEvent } from '@conclave/election';

type Tainted = Extract<RecordedEvent, { type: 'RunnerTainted' }>;

/** What a new order replaces: somebody may still count on it. */
const inPlaceOf = (what: string, order: Parameters<typeof byWhom>[0] | null | undefined): string =>
  order ? `; it replaces ${what}${byWhom(order)}` : '';

export const inPlaceOfPin = ({ pin }: GroupState): string =>
  inPlaceOf(`the pin to runner "${pin?.runner}" (${pin?.mode})`, pin);

export const inPlaceOfPause = ({ pause }: GroupState): string => inPlaceOf('the pause', pause);

export function inPlaceOfTaint({ runners }: GroupState, { runner, taint: { key } }: Tainted['data']): string {
  const taint = runners.get(runner)?.taints.find((one) => one.key === key);
  return inPlaceOf(`the one (${taint?.effect})`, taint);
}
