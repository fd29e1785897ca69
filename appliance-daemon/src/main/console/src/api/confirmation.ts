import { useSyncExternalStore } from 'react';

// Dangerous acts need a login of the last minutes. The first request that hears so waits here until its author has shown
// again who they are, or has not wanted to; then it is sent again, or fails.

type Waiting = (confirmed: boolean) => void;

const listeners = new Set<() => void>();
let waiting: readonly Waiting[] = [];

function tell(next: readonly Waiting[]): void {
  waiting = next;
  listeners.forEach((listener) => listener());
}

/** Resolves when the dialog ends: whether who one is was shown again. */
export function confirmation(): Promise<boolean> {
  return new Promise((resolve) => tell([...waiting, resolve]));
}

export function useIsConfirmationWanted(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => waiting.length > 0,
  );
}

export function endConfirmation(confirmed: boolean): void {
  const all = waiting;
  tell([]);
  all.forEach((resolve) => resolve(confirmed));
}
