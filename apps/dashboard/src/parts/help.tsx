import { useEffect, useRef } from 'preact/hooks';

const KEYS: [keys: string, what: string][] = [
  ['/', 'filter'],
  ['j  k', 'next, previous line'],
  ['Enter', 'open it'],
  ['Esc', 'clear the filter, leave a field'],
  ['←  →', 'timeline: move; while an instant is shown: event before, event after'],
  ['+  −  0', 'timeline: nearer, farther, all'],
  ['?', 'this'],
];

export function Help({ close }: { close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current!.showModal(), []);
  return (
    <dialog ref={dialog} onClose={close} aria-labelledby="keys">
      <h2 id="keys">Keys</h2>
      <dl class="keys">
        {KEYS.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <button type="button" onClick={() => dialog.current!.close()}>
        Close
      </button>
    </dialog>
  );
}
