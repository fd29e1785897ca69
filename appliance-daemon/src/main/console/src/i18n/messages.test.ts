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

  it('are there in both languages', () => {
    const missing = all.filter(({ message }) => message.length !== 2 || message.some((text) => text.trim() === ''));
    expect(missing.map(({ id }) => id)).toEqual([]);
  });

  it('have the same places for values in both', () => {
    const different = all.filter(({ message }) => places(message[0]).join() !== places(message[1]).join());
    expect(different.map(({ id }) => id)).toEqual([]);
  });

  it('are Chinese where they are said to be', () => {
    const alike = all.filter(({ message }) => message[0] === message[1] && /[a-z]{4}.* .*[a-z]/.test(message[0].replace(/\{\w+\}/g, '')));
    expect(alike.map(({ id }) => id)).toEqual([]);
  });
});
