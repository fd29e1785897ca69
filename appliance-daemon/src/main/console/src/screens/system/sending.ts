import { notifications } from '@mantine/notifications';
import { useState } from 'react';

import { Problem, problemOf } from '@/api/problem';
import { sessionHeaders } from '@/api/session';

const PART = 8 << 20;

/** One thing at a time with a large file that comes to the box: `sent` is how many percent of it are there. What goes wrong is told. */
export function useSending(again: () => void) {
  const [sent, setSent] = useState<number>();
  const [busy, setBusy] = useState(false);
  const doing = async (work: () => Promise<void>) => {
    setBusy(true);
    try {
      await work();
    } catch (e) {
      notifications.show({ color: 'red', message: problemOf(e).detail, autoClose: false });
    } finally {
      setBusy(false);
      setSent(undefined);
      again();
    }
  };
  /** In parts, each where the one before ended. */
  const send = async (to: string, file: File) => {
    for (let at = 0; at < file.size; at += PART) {
      setSent((100 * at) / file.size);
      const answer = await fetch(`${to}?offset=${String(at)}`, {
        method: 'PUT',
        headers: { ...sessionHeaders(), 'content-type': 'application/octet-stream' },
        body: file.slice(at, at + PART),
      });
      if (!answer.ok) throw await Problem.of(answer);
    }
  };
  return { sent, busy, doing, send };
}
