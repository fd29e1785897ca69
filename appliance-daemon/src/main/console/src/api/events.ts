import { useEffect, useRef } from 'react';

import { lost, sessionHeaders } from './session';

/** What can be listened to: what a topic says is what the operation of the same matter answers. */
export type Topic = 'overview' | 'gpus' | 'alerts' | 'deployments' | 'imports' | 'queues';

/** Listens while the page is shown. A page that carries its token itself can't: EventSource sends no headers of its own, so such pages ask again instead. */
export function useEvents(topics: readonly Topic[], heard: (topic: Topic, state: unknown) => void): void {
  const latest = useRef(heard);
  latest.current = heard;
  const wanted = topics.join(',');
  useEffect(() => {
    if (typeof EventSource === 'undefined' || 'authorization' in sessionHeaders()) return undefined;
    const source = new EventSource(`/api/v1/events?topics=${encodeURIComponent(wanted)}`);
    for (const topic of wanted.split(',') as Topic[]) {
      source.addEventListener(topic, (event) => latest.current(topic, JSON.parse((event as MessageEvent<string>).data)));
    }
    source.addEventListener('end', () => {
      source.close();
      lost();
    });
    return () => source.close();
  }, [wanted]);
}
