import { useEffect, useState } from 'react';
import { useNews } from '../live.ts';

/** Metrics are written each minute of the cloud's time; a wind writes many. Counts up whenever there may be new ones. */
export function useMinutes(again: () => void): number {
  const [turn, setTurn] = useState(0);
  useNews('clock', ({ phase }) => {
    if (phase !== 'ends') return;
    setTurn((now) => now + 1);
    again();
  });
  useEffect(() => {
    const timer = window.setInterval(() => setTurn((now) => now + 1), 60_000);
    return () => window.clearInterval(timer);
  }, []);
  return turn;
}
