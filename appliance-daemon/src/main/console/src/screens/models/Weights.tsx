import { Box, Group, Text, useComputedColorScheme } from '@mantine/core';

import type { Schemas } from '@/api/client';
import { useText } from '@/i18n/messages';
import { colorOf } from '@/parts/TimeChart';
import { percent } from '@/text/figures';

import { text } from './text';

type Target = Schemas['Target'];

export interface Tier {
  tier: number;
  targets: { target: Target; share: number; place: number }[];
}

/** The targets by tier, each with its share of new calls there. */
export function tiersOf(targets: readonly Target[]): Tier[] {
  const places = new Map(targets.map((target, place) => [target.id, place]));
  return [...new Set(targets.map((target) => target.tier))]
    .sort((a, b) => a - b)
    .map((tier) => {
      const here = targets.filter((target) => target.tier === tier);
      const all = here.reduce((sum, target) => sum + target.weight, 0);
      return { tier, targets: here.map((target) => ({ target, share: all === 0 ? 0 : target.weight / all, place: places.get(target.id) ?? 0 })) };
    });
}

/** Weights as a picture: one bar a tier, each target as wide as its share. */
export function Weights({ targets, small = false }: { targets: readonly Target[]; small?: boolean }) {
  const t = useText(text);
  const scheme = useComputedColorScheme('light');
  return (
    <Box miw={small ? 140 : undefined}>
      {tiersOf(targets).map((tier) => (
        <Box key={tier.tier} mb={small ? 3 : 'sm'}>
          {!small && (
            <Text size="xs" c="dimmed" mb={2}>
              {t('tier', { tier: tier.tier })} · {t(tier.tier === 0 ? 'tierFirst' : 'tierNext')}
            </Text>
          )}
          <Group gap={2} wrap="nowrap" h={small ? 8 : 20} aria-hidden>
            {tier.targets.map(({ target, share, place }) => (
              <span
                key={target.id}
                title={`${target.upstream} / ${target.upstreamModel}: ${percent(share)}`}
                style={{ flexGrow: Math.max(share, 0.01), flexBasis: 0, height: '100%', borderRadius: 3, background: colorOf(place, scheme), opacity: tier.tier === 0 ? 1 : 0.55 }}
              />
            ))}
          </Group>
          {!small && (
            <Group gap="md" mt={4}>
              {tier.targets.map(({ target, share, place }) => (
                <Group key={target.id} gap={6}>
                  <span style={{ width: 10, height: 10, borderRadius: 2, background: colorOf(place, scheme), opacity: tier.tier === 0 ? 1 : 0.55 }} />
                  <Text size="xs">
                    {target.name ? `${target.name}: ` : ''}
                    {target.upstream} · {t('share', { percent: percent(share) })}
                  </Text>
                </Group>
              ))}
            </Group>
          )}
        </Box>
      ))}
    </Box>
  );
}
