const TWO = (n: number, width = 2): string => String(n).padStart(width, '0');

/** An instant as a field for local time takes it. */
export function inLocalField(at: string): string {
  const d = new Date(at);
  if (Number.isNaN(d.getTime())) return '';
  const date = `${TWO(d.getFullYear(), 4)}-${TWO(d.getMonth() + 1)}-${TWO(d.getDate())}`;
  return `${date}T${TWO(d.getHours())}:${TWO(d.getMinutes())}:${TWO(d.getSeconds())}.${TWO(d.getMilliseconds(), 3)}`;
}

/** What stands in such a field, as an instant; null: none. */
export function instantOf(local: string): string | null {
  const at = new Date(local);
  return local === '' || Number.isNaN(at.getTime()) ? null : at.toISOString();
}
