import { useEffect } from 'preact/hooks';

/** What the tab is called. */
export const useTitle = (...of: string[]): void => {
  const title = [...of, 'Conclave'].join(' · ');
  useEffect(() => {
    document.title = title;
  }, [title]);
};
