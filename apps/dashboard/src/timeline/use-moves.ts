import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Chosen } from './drawing.js';

interface Moves {
  zoom: (factor: number, around: number) => void;
  pan: (by: number) => void;
  all: () => void;
  step: (by: number) => void;
  click: (around: number, mark: Chosen | null) => void;
}

/** Less is a click. */
const DRAG_PX = 4;

/** Wheel, drag and keys of a timeline. The wheel zooms only where it was meant: with focus or Ctrl, else the page scrolls. */
export function useMoves(frame: RefObject<HTMLElement | null>, moves: Moves): void {
  const latest = useRef(moves);
  latest.current = moves;
  useEffect(() => {
    const element = frame.current!;
    const aroundOf = (event: MouseEvent): number => {
      const { left, width } = element.getBoundingClientRect();
      return (event.clientX - left) / width;
    };
    const wheel = (event: WheelEvent): void => {
      const isMeant = event.ctrlKey || event.metaKey || document.activeElement === element;
      if (Math.abs(event.deltaX) > Math.abs(event.deltaY))
        latest.current.pan(event.deltaX / element.clientWidth);
      else if (isMeant) latest.current.zoom(event.deltaY > 0 ? 1.25 : 0.8, aroundOf(event));
      else return;
      event.preventDefault();
    };
    let heldAt: number | null = null;
    let hasMoved = false;
    const down = (event: PointerEvent): void => {
      if (event.button !== 0) return;
      heldAt = event.clientX;
      hasMoved = false;
    };
    const move = (event: PointerEvent): void => {
      if (heldAt === null || (!hasMoved && Math.abs(event.clientX - heldAt) < DRAG_PX)) return;
      if (!hasMoved) element.setPointerCapture(event.pointerId);
      hasMoved = true;
      latest.current.pan((heldAt - event.clientX) / element.clientWidth);
      heldAt = event.clientX;
    };
    const up = (event: PointerEvent): void => {
      if (heldAt !== null && !hasMoved) latest.current.click(aroundOf(event), markOf(event.target));
      heldAt = null;
    };
    const press = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const action = KEYS[event.key];
      if (!action) return;
      event.preventDefault();
      event.stopPropagation();
      action(latest.current);
    };
    element.addEventListener('wheel', wheel, { passive: false });
    element.addEventListener('pointerdown', down);
    element.addEventListener('pointermove', move);
    element.addEventListener('pointerup', up);
    element.addEventListener('keydown', press);
    return () => {
      element.removeEventListener('wheel', wheel);
      element.removeEventListener('pointerdown', down);
      element.removeEventListener('pointermove', move);
      element.removeEventListener('pointerup', up);
      element.removeEventListener('keydown', press);
    };
  }, []);
}

function markOf(target: EventTarget | null): Chosen | null {
  const mark = (target as Element | null)?.closest?.('[data-mark]')?.getAttribute('data-mark');
  const [lane, n] = mark?.split('.').map(Number) ?? [];
  return lane === undefined || n === undefined ? null : { lane, n };
}

const KEYS: Record<string, (moves: Moves) => void> = {
  ArrowLeft: ({ pan }) => pan(-0.2),
  ArrowRight: ({ pan }) => pan(0.2),
  '+': ({ zoom }) => zoom(0.5, 0.5),
  '=': ({ zoom }) => zoom(0.5, 0.5),
  '-': ({ zoom }) => zoom(2, 0.5),
  '0': ({ all }) => all(),
  n: ({ step }) => step(1),
  p: ({ step }) => step(-1),
};
