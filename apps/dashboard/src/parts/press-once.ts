/** A key that is held down presses again and again: none of that is meant but the first. In lines of text it may. */
export function pressOnce(event: KeyboardEvent): void {
  if (event.repeat && event.key === 'Enter' && !(event.target instanceof HTMLTextAreaElement))
    event.preventDefault();
}
