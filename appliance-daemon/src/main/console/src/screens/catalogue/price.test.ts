import { expect, it } from 'vitest';

import type { Schemas } from '@/api/client';

import { priceOf } from './Catalogue';

const model = { id: 'm' } as Schemas['PublicModel'];
const price = (id: string, validFrom: string, upstreamId: string | null, modelId = 'm') => ({ id, validFrom, upstreamId, modelId }) as Schemas['PriceEntry'];

it('takes the newest price that holds already, and one for any upstream first', () => {
  const prices = [
    price('old', '2026-01-01T00:00:00Z', null), price('now', '2026-03-01T00:00:00Z', null), price('later', '2026-09-01T00:00:00Z', null),
    price('one upstream', '2026-04-01T00:00:00Z', 'u'), price('another model', '2026-04-01T00:00:00Z', null, 'n'),
  ];
  expect(priceOf(model, prices, Date.parse('2026-06-01T00:00:00Z'))?.id).toBe('now');
  expect(priceOf(model, prices.slice(3), Date.parse('2026-06-01T00:00:00Z'))?.id).toBe('one upstream');
  expect(priceOf(model, [], 0)).toBeUndefined();
});
