import { useEffect, useRef, useSyncExternalStore } from 'react';

import { lost, sessionHeaders, useMe, type PermissionWord } from './session';

// One connection for the whole page, however many of its parts listen: browsers open six to a box without TLS, for all
// their tabs together. It carries what somebody on the page listens to at the moment, and a hidden page listens to nothing.

/** What can be listened to, and who may. What a topic says is what the operation of the same matter answers. */
const NEEDS = {
  overview: 'view_box', gpus: 'view_box', alerts: 'view_box', deployments: 'view_box', imports: 'view_box', queues: 'view_box', spend: 'view_usage',
} as const satisfies Record<string, PermissionWord>;

export type Topic = keyof typeof NEEDS;

/**
 * How the connection does: `off` where there can be none, or nobody listens; `opening` until it first stands; `open`; `lost` when it
 * has not come back for a while: whoever listens asks again and again then.
 */
export type Standing = 'off' | 'opening' | 'open' | 'lost';

interface Listener {
  topics: readonly Topic[];
  heard: (topic: Topic, state: unknown) => void;
}

/** Parts of a page come and go together. */
const TOGETHER = 60;
/** A topic that nobody listens to any more may be wanted again by the next screen. */
const LINGER = 20_000;
/** The box ends a stream now and then, and the browser is back within a few seconds: nobody need hear of that. */
const GRACE = 8_000;
/** The box says something every 15 seconds. */
const SILENCE = 40_000;
const FIRST_RETRY = 3_000;
const LONGEST_RETRY = 30_000;

const listeners = new Set<Listener>();
const watchers = new Set<() => void>();
const latest = new Map<Topic, unknown>();
let source: EventSource | null = null;
let carried: readonly Topic[] = [];
let standing: Standing = 'off';
let retry = FIRST_RETRY;
const timers: Partial<Record<'arrange' | 'narrow' | 'grace' | 'silence' | 'retry', ReturnType<typeof setTimeout>>> = {};

function later(what: keyof typeof timers, millis: number, act: () => void): void {
  clearTimeout(timers[what]);
  timers[what] = setTimeout(act, millis);
}

function never(what: keyof typeof timers): void {
  clearTimeout(timers[what]);
  delete timers[what];
}

/** The connection may be lost. Each try that fails says so again: the first one counts. */
function doubt(): void {
  if (timers.grace === undefined) later('grace', GRACE, () => become('lost'));
}

function become(next: Standing): void {
  if (next === standing) return;
  standing = next;
  watchers.forEach((watcher) => watcher());
}

function close(): void {
  (['narrow', 'grace', 'silence', 'retry'] as const).forEach(never);
  source?.close();
  source = null;
  carried = [];
  latest.clear();
}

/** Has the connection carry what is listened to now. */
function arrange(): void {
  const wanted = [...new Set([...listeners].flatMap((listener) => listener.topics))].sort();
  if (wanted.length === 0 || document.hidden) {
    close();
    become('off');
  } else if (!wanted.every((topic) => carried.includes(topic))) {
    open(wanted);
  } else if (wanted.length < carried.length) {
    later('narrow', LINGER, () => {
      const still = [...new Set([...listeners].flatMap((listener) => listener.topics))].sort();
      if (still.length > 0 && still.length < carried.length) open(still);
    });
  }
}

function open(topics: readonly Topic[]): void {
  close();
  if (standing !== 'lost') become('opening');
  carried = topics;
  const mine = new EventSource(`/api/v1/events?topics=${encodeURIComponent(topics.join(','))}`);
  source = mine;
  doubt();
  const alive = () => {
    never('grace');
    retry = FIRST_RETRY;
    become('open');
    later('silence', SILENCE, () => again(mine));
  };
  mine.addEventListener('open', alive);
  mine.addEventListener('beat', alive);
  for (const topic of topics) {
    mine.addEventListener(topic, (event) => {
      alive();
      const state: unknown = JSON.parse((event as MessageEvent<string>).data);
      latest.set(topic, state);
      for (const listener of listeners) if (listener.topics.includes(topic)) listener.heard(topic, state);
    });
  }
  mine.addEventListener('end', () => {
    close();
    lost();
  });
  mine.addEventListener('error', () => {
    doubt();
    // What the box refused, the browser does not ask for again by itself.
    if (mine.readyState === EventSource.CLOSED) later('retry', retry, () => again(mine));
  });
}

/** Opens anew what has died without a word, or was refused: ever more seldom. */
function again(dead: EventSource): void {
  if (source !== dead) return;
  retry = Math.min(retry * 2, LONGEST_RETRY);
  become('lost');
  open(carried);
}

if (typeof document !== 'undefined') document.addEventListener('visibilitychange', () => later('arrange', TOGETHER, arrange));

function listen(listener: Listener): () => void {
  listeners.add(listener);
  later('arrange', TOGETHER, arrange);
  // Who comes later has not heard what was said before.
  for (const topic of listener.topics) if (latest.has(topic)) listener.heard(topic, latest.get(topic));
  return () => {
    listeners.delete(listener);
    later('arrange', TOGETHER, arrange);
  };
}

/**
 * Listens while the page is shown, to those of the topics that this person may hear. A page that carries its token itself can't:
 * EventSource sends no headers of its own, so such pages ask again and again instead.
 */
export function useEvents(topics: readonly Topic[], heard: (topic: Topic, state: unknown) => void): Standing {
  const me = useMe();
  const newest = useRef(heard);
  newest.current = heard;
  const possible = typeof EventSource !== 'undefined' && !('authorization' in sessionHeaders());
  const wanted = possible ? topics.filter((topic) => me.permissions.includes(NEEDS[topic])).join(',') : '';
  useEffect(() => {
    if (wanted === '') return undefined;
    return listen({ topics: wanted.split(',') as Topic[], heard: (topic, state) => newest.current(topic, state) });
  }, [wanted]);
  const now = useSyncExternalStore(watch, () => standing);
  return wanted === '' ? 'off' : now === 'off' ? 'opening' : now;
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}
