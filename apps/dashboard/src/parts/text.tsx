import { plain } from '../words/plain.js';

/** Anybody's text: it changes nothing but its own place. */
export const Text = ({ of }: { of: string }) => <bdi class="text">{plain(of)}</bdi>;
