import { expect, test, vi } from 'vitest';

import { passFor } from './pass';

let issued = 0;
let life = 900_000;
vi.mock('@/api/client', () => ({
  api: {
    POST: () => Promise.resolve({ data: { secret: `ghk_${++issued}`, key: { expiresAt: new Date(Date.now() + life).toISOString() } } }),
  },
  given: (answer: { data: unknown }) => answer.data,
}));

test('models that are asked together share one secret, also when it is refused', async () => {
  const first = await Promise.all([passFor('a', null), passFor('a', null), passFor('a', null)]);
  expect(first).toEqual(['ghk_1', 'ghk_1', 'ghk_1']);
  expect(await passFor('a', null)).toBe('ghk_1');
  expect(await Promise.all([passFor('a', 'ghk_1'), passFor('a', 'ghk_1'), passFor('a', 'ghk_1')])).toEqual(['ghk_2', 'ghk_2', 'ghk_2']);
});

test('a secret that is about to end is renewed', async () => {
  life = 30_000;
  const soonOver = await passFor('b', null);
  life = 900_000;
  const next = await passFor('b', null);
  expect(next).not.toBe(soonOver);
  expect(await passFor('b', null)).toBe(next);
});
