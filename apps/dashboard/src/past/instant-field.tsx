import { useEffect, useRef, useState } from 'preact/hooks';
import { inLocalField, instantOf } from './instants.js';

/** So long after the last key what stands there is meant. */
const REST_MS = 1_000;

interface Given {
  at: string | undefined;
  /** Null: it was emptied. */
  give: (at: string | null) => void;
  label?: string;
}

/**
 * An instant, as the reader's clock has it. Browsers tell of a change with each key, also of a year of which one digit is there:
 * it counts when it rests, and nothing takes its place as long as somebody is at it.
 */
export function InstantField({ at, give, label }: Given) {
  const [typed, type] = useState<string | null>(null);
  const timer = useRef<number | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const mean = (field: HTMLInputElement): void => {
    if (timer.current === undefined) return;
    clearTimeout(timer.current);
    timer.current = undefined;
    if (!field.validity.badInput) give(instantOf(field.value)); // else it is half of one
  };
  const latest = useRef(mean);
  latest.current = mean; // what it stands in may have been drawn again meanwhile
  return (
    <input
      type="datetime-local"
      step="0.001"
      aria-label={label}
      value={typed ?? (at === undefined ? '' : inLocalField(at))}
      onInput={({ currentTarget: field }) => {
        type(field.value);
        clearTimeout(timer.current);
        timer.current = window.setTimeout(() => latest.current(field), REST_MS);
      }}
      onKeyDown={({ key, currentTarget: field }) => key === 'Enter' && mean(field)}
      onBlur={({ currentTarget: field }) => {
        mean(field);
        type(null);
      }}
    />
  );
}
