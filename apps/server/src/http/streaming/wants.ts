import Negotiator from 'negotiator';

/** Whether a client would rather have this form than JSON, by its `Accept` (RFC 9110, 12.5.1). */
export function wants(accept: string | undefined, form: string): boolean {
  const offered = `${form}; charset=utf-8`;
  return new Negotiator({ headers: { accept } }).mediaType(['application/json', offered]) === offered;
}
