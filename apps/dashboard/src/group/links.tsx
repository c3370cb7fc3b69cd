import { Download } from '../parts/download.js';
import { useQuery } from '../parts/use-query.js';

/** What else there is to see of a group. */
export function Links({ group }: { group: string }) {
  const [{ at }] = useQuery();
  const path = `/groups/${encodeURIComponent(group)}`;
  const until = at === undefined ? '' : `?until=${encodeURIComponent(at)}`;
  return (
    <div class="links">
      <a href={`${path}/why`}>Why: its elections</a>
      <a href={`${path}/what-if`}>What if</a>
      <a href={`/trust?group=${encodeURIComponent(group)}`}>Verify</a>
      <Download path={`/v1${path}/report${until}`} name={`${group}.report.html`}>
        Save a report
      </Download>
    </div>
  );
}
