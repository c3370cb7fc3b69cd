let position: string | null = null;

/** Up to where the stream has told; null: nothing is known of it. */
export const toldUpTo = (told: string | null): void => void (position = told);

/** Of several servers the one that is asked may have read less than the one that tells: it waits then, and says nothing older. */
export const asTold = (path: string): string =>
  position !== null && path.startsWith('/v1/groups/')
    ? `${path}${path.includes('?') ? '&' : '?'}atLeast=${position}`
    : path;
