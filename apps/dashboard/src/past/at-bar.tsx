import { useLocation } from 'preact-iso';
import { Text } from '../parts/text.js';
import { useQuery } from '../parts/use-query.js';
import { clockTime } from '../words/duration.js';
import { InstantField } from './instant-field.js';

/** Now, or which instant is looked at. Of all groups; one group has a slider, too. */
export function AtBar() {
  const [{ at }, change] = useQuery();
  return (
    <div class={at === undefined ? 'at-bar' : 'at-bar past'}>
      <NoInstant />
      {at !== undefined && <strong>As it was at {clockTime(Date.parse(at), Date.now(), true)}.</strong>}
      <label>
        <span class="quiet">{at === undefined ? 'Live; or as at' : 'Another instant'} </span>
        <InstantField at={at} give={(instant) => change({ at: instant }, true)} />
      </label>
      {at !== undefined && (
        <button type="button" onClick={() => change({ at: null }, true)}>
          Back to now
        </button>
      )}
    </div>
  );
}

/** Said where the address names an instant that cannot be: what is shown is another one. */
export function NoInstant() {
  const [{ at }] = useQuery();
  const asked = useLocation().query.at;
  return at === undefined && asked ? (
    <strong class="alarm">
      “<Text of={asked} />” is no instant: this is now.{' '}
    </strong>
  ) : null;
}
