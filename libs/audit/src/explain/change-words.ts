import { sameJson, type GroupState, type RecordedEvent } from '@conclave/election';

/** What a new registration of the same process says otherwise than the one before. */
export function attributesChanged(
  data: Extract<RecordedEvent, { type: 'RunnerUpdated' }>['data'],
  { runners }: GroupState,
): string {
  const known = runners.get(data.runner);
  if (!known) return '';
  const { platform, labels, priority } = known;
  return ` with ${changesOf({ platform, priority, ...labels }, { platform: data.platform, priority: data.priority, ...data.labels })}`;
}

/** What is otherwise, from what to what. */
export const changesOf = (previous: object, settings: object): string => {
  const [old, now] = [previous as Record<string, unknown>, settings as Record<string, unknown>];
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])].filter(
    (name) => !sameJson(old[name], now[name]),
  );
  return names
    .map((name) => `${name} ${JSON.stringify(old[name] ?? 'none')} → ${JSON.stringify(now[name] ?? 'none')}`)
    .join(', ');
};
