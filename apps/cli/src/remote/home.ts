import { homedir } from 'node:os';

/** Null: nobody says where, as for a user id in a container that no list of users has. */
export function home(): string | null {
  try {
    return homedir() || null;
  } catch {
    return null;
  }
}
