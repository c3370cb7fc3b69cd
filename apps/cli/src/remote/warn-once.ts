const warned = new Set<string>();

/** However many requests a command makes. */
export function warnOnce(text: string): void {
  if (!warned.has(text)) console.error(text);
  warned.add(text);
}
