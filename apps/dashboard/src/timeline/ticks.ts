const TWO = (n: number): string => String(n).padStart(2, '0');
const DAY_MS = 86_400_000;

/** As much of an instant as tells it from its neighbours: date, hour and minute, or second. */
export function tickInWords(at: Date, stepMs: number): string {
  if (
    stepMs >= DAY_MS ||
    (at.getHours() === 0 && at.getMinutes() === 0 && at.getSeconds() === 0 && at.getMilliseconds() === 0)
  )
    return `${TWO(at.getDate())} ${at.toLocaleDateString('en-GB', { month: 'short' })}`;
  const minutes = `${TWO(at.getHours())}:${TWO(at.getMinutes())}`;
  if (stepMs >= 60_000) return minutes;
  const seconds = `${minutes}:${TWO(at.getSeconds())}`;
  return stepMs >= 1_000 ? seconds : `${seconds}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}
