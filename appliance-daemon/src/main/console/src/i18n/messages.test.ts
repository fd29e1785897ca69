import { describe, expect, it } from 'vitest';

import type { Message } from './messages';

const files = import.meta.glob<Record<string, unknown>>(['../**/text.ts', './words.ts'], { eager: true });
const all = Object.entries(files).flatMap(([file, module]) =>
  Object.entries((module['text'] ?? module['words']) as Record<string, Message>).map(([key, message]) => ({ id: `${file} ${key}`, message })),
);
const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

describe('messages', () => {
  it('are found', () => {
    expect(all.length).toBeGreaterThan(600);
  });

  it.each(all)('$id is there in both languages', ({ message }) => {
    expect(message).toHaveLength(2);
    for (const text of message) expect(text.trim()).not.toBe('');
  });

  it.each(all)('$id has the same places for values in both', ({ message }) => {
    expect(places(message[1])).toEqual(places(message[0]));
  });
});
