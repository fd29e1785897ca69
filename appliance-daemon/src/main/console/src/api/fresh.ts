import { whenOut } from './session';

// Keys that were made in this page, in its memory only: so that the playground can call with one without anybody pasting it.
let newest: string | null = null;

whenOut(() => {
  newest = null;
});

export function rememberKey(secret: string): void {
  newest = secret;
}

export function newestKey(): string | null {
  return newest;
}
