import { useRef } from 'preact/hooks';
import { useQuery } from '../parts/use-query.js';
import { useTitle } from '../parts/use-title.js';
import { MayOrder, useWho } from '../api/use-who.js';
import { ProblemNote } from '../parts/problem-note.js';
import { Text } from '../parts/text.js';
import { useLive } from '../live/use-live.js';
import { OrderDialog } from '../orders/order-dialog.js';
import { OrderLink } from '../parts/order-link.js';
import { AtBar } from '../past/at-bar.js';
import { Slider } from '../past/slider.js';
import { Timeline } from '../timeline/timeline.js';
import { Headline } from './headline.js';
import { HistoryPart } from './history.js';
import { Links } from './links.js';
import { Standing } from './standing.js';
import { Succession } from './succession.js';
import { useView } from './use-view.js';

/** What concerns no single runner; the others stand beside theirs. */
const GROUP_ORDERS = [
  ['transfer', 'Transfer'],
  ['pause', 'Pause'],
  ['drain', 'Drain'],
  ['settings', 'Settings'],
] as const;

/** Of another log nothing that was read may be left. */
export const GroupScreen = ({ group }: { group: string }) => (
  <Group key={`${useLive().generation} ${group}`} name={group} />
);

function Group({ name }: { name: string }) {
  const [{ at }] = useQuery();
  const { view, problem, revision } = useView(name, at);
  const who = useWho(name);
  useTitle(name);
  // the slider stays under the hand that moves it, while it is read how it was
  const known = useRef<string | null>(null);
  if (view) known.current = view.group.createdAt;
  const createdAt = known.current;
  const runners = view?.runners ? [...view.runners].sort((a, b) => a.seniority - b.seniority) : [];
  return (
    <MayOrder.Provider value={who?.may.operate ?? false}>
      <main class={at === undefined ? '' : 'was'}>
        <h1>
          <Text of={name} />
        </h1>
        {problem && <ProblemNote problem={problem} />}
        {createdAt === null && problem && at !== undefined && <AtBar />}
        {!view && !problem && <p class="quiet">Reading group {name} …</p>}
        {view && <Headline view={view} />}
        {view && <Standing group={view.group} runners={runners} isPast={view.past !== null} />}
        <Links group={name} />
        {view && at === undefined && (
          <div class="links">
            {GROUP_ORDERS.map(([order, words]) => (
              <OrderLink key={order} order={order}>
                {words} …
              </OrderLink>
            ))}
            {who && !who.may.operate && (
              <span class="quiet">{who.name} may look here, not order: that needs role operator</span>
            )}
            <OrderDialog group={view.group} runners={runners.map(({ runner }) => runner)} />
          </div>
        )}
        {createdAt !== null && (view !== null || at !== undefined) && (
          <Slider
            group={name}
            createdAt={createdAt}
            revision={revision}
            isReading={at !== undefined && !problem && (view?.isOld ?? true)}
          />
        )}
        {view && (
          <section aria-label="Timeline">
            <h2>Who led when</h2>
            <Timeline
              group={name}
              runners={runners.map(({ runner }) => runner)}
              createdAt={view.group.createdAt}
              revision={revision}
            />
          </section>
        )}
        {view && <Succession view={view} />}
        {(view ?? problem?.code === 'nothing-recorded') && (
          <HistoryPart group={name} revision={revision} then={view?.past ? view.group.version : undefined} />
        )}
      </main>
    </MayOrder.Provider>
  );
}
